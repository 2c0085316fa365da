// A first consultation, as a midwife's system sends it: token, a proof for each request, one transaction, the card, news.
// Needs .NET 8 and nothing else. docs/integrators.md says what to set; her number is read from standard input.
// NOT RUN: reviewed against the Python and JavaScript examples, which a test runs; no .NET was at hand.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

const string Fnr = "urn:oid:2.16.578.1.12.4.1.4.1";
const string Card = "https://helsekort.example/fhir/CodeSystem/card";
const string Ours = "https://epj.example/id"; // the namespace of this system's own ids

using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
using var http = new HttpClient();
var token = await AccessToken(http, key, decision: Guid.NewGuid().ToString());
var server = new Helsekort(http, Variable("HELSEKORT_URL"), token, key);

var (_, beginning) = await server.Ask("GET", "/$changes");
var begin = beginning["link"]!.AsArray().First(link => (string?)link!["relation"] == "next")!["url"]!.GetValue<string>();

var number = Console.ReadLine()!.Trim();
var (_, made) = await server.Ask("POST", "", Consultation(number));
var places = made["entry"]!.AsArray().Select(entry => $"{entry!["resource"]!["resourceType"]}/{entry["resource"]!["id"]}").ToList();
var (woman, episode) = (places[0], places[1]);

var own = Guid.NewGuid().ToString();
var once = ("If-None-Exist", $"identifier={Ours}|{own}"); // sent again, it makes no other
var statuses = new JsonArray();
for (var n = 0; n < 2; n++)
{
    var weight = Measured(woman, "29463-7");
    weight["identifier"] = new JsonArray(new JsonObject { ["system"] = Ours, ["value"] = own });
    weight["valueQuantity"] = Quantity(70.5m, "kg");
    var (status, _) = await server.Ask("POST", "/Observation", weight, once);
    statuses.Add(status);
}

var (_, card) = await server.Ask("GET", $"/{episode}/$card");
var (_, news) = await server.Ask("GET", begin);
var changed = (news["entry"]?.AsArray() ?? new JsonArray()).Select(entry => (JsonNode?)(string?)entry!["request"]!["url"]);
Console.WriteLine(new JsonObject
{
    ["episode"] = episode,
    ["statuses"] = statuses,
    ["card"] = (string?)card["type"],
    ["entries"] = card["entry"]!.AsArray().Count,
    ["news"] = new JsonArray(changed.ToArray()),
}.ToJsonString());

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set");

// A token bound to the key, attesting who works where, why, and the decision that her access rests on.
// From HelseID's test-token service. In production the attest stands in assertion_details of the client assertion
// that goes to the token endpoint, with a proof of the same key.
static async Task<string> AccessToken(HttpClient http, ECDsa key, string decision)
{
    var wanted = JsonNode.Parse(await File.ReadAllTextAsync(Variable("HELSEID_ATTEST")))!;
    wanted["tillitsrammeverkClaimsParameters"]!["careRelationshipDecisionRefId"] = decision;
    wanted["clientClaimsParameters"]!["cnfJkt"] = Proofs.Thumbprint(key);
    using var request = new HttpRequestMessage(HttpMethod.Post, $"{Variable("HELSEID_URL")}/v2/create-test-token-with-key");
    request.Headers.Add("X-Auth-Key", Variable("HELSEID_TEST_KEY"));
    request.Content = new StringContent(wanted.ToJsonString(), Encoding.UTF8, "application/json");
    using var response = await http.SendAsync(request);
    var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    if (answer["isError"]!.GetValue<bool>())
    {
        throw new InvalidOperationException((string?)answer["errorResponse"]!["errorMessage"]);
    }
    return answer["successResponse"]!["accessTokenJwt"]!.GetValue<string>();
}

static JsonObject Concept(string system, string code) =>
    new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) };

static JsonObject Quantity(decimal value, string unit) => new()
{
    ["value"] = value,
    ["unit"] = unit,
    ["system"] = "http://unitsofmeasure.org",
    ["code"] = unit,
};

// An observation of today.
static JsonObject Measured(string subject, string code) => new()
{
    ["resourceType"] = "Observation",
    ["status"] = "final",
    ["category"] = new JsonArray(Concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")),
    ["code"] = Concept("http://loinc.org", code),
    ["subject"] = new JsonObject { ["reference"] = subject },
    ["effectiveDateTime"] = DateTimeOffset.Now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
};

// She is registered, her card is opened and her first blood pressure is written down: all or nothing.
static JsonObject Consultation(string number)
{
    var woman = $"urn:uuid:{Guid.NewGuid()}";
    var pressure = Measured(woman, "85354-9");
    pressure["component"] = new JsonArray(Component("8480-6", 118), Component("8462-4", 76));
    JsonObject[] resources =
    [
        new()
        {
            ["resourceType"] = "Patient",
            ["identifier"] = new JsonArray(new JsonObject { ["system"] = Fnr, ["value"] = number }),
        },
        new()
        {
            ["resourceType"] = "EpisodeOfCare",
            ["status"] = "active",
            ["type"] = new JsonArray(Concept(Card, "pregnancy")),
            ["patient"] = new JsonObject { ["reference"] = woman },
        },
        pressure,
    ];
    var entries = resources.Select((resource, n) => (JsonNode?)new JsonObject
    {
        ["fullUrl"] = n == 0 ? woman : $"urn:uuid:{Guid.NewGuid()}",
        ["request"] = new JsonObject { ["method"] = "POST", ["url"] = (string?)resource["resourceType"] },
        ["resource"] = resource,
    });
    return new JsonObject
    {
        ["resourceType"] = "Bundle",
        ["type"] = "transaction",
        ["entry"] = new JsonArray(entries.ToArray()),
    };
}

static JsonObject Component(string code, int value) =>
    new() { ["code"] = Concept("http://loinc.org", code), ["valueQuantity"] = Quantity(value, "mm[Hg]") };

/// <summary>The server, asked with one token that is bound to one key.</summary>
sealed class Helsekort(HttpClient http, string address, string token, ECDsa key)
{
    /// <summary>Status and body; a refusal is thrown with its words.</summary>
    public async Task<(int Status, JsonNode Body)> Ask(
        string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        var url = path.StartsWith("http", StringComparison.Ordinal) ? path : address + path;
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {token}");
        request.Headers.TryAddWithoutValidation("DPoP", Proofs.Of(key, token, method, url));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/fhir+json");
        }
        using var response = await http.SendAsync(request);
        var found = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if (!response.IsSuccessStatusCode)
        {
            var words = found["issue"]!.AsArray().Select(issue => (string?)issue!["diagnostics"]);
            throw new InvalidOperationException($"{(int)response.StatusCode}: {string.Join("; ", words)}");
        }
        return ((int)response.StatusCode, found);
    }
}

static class Proofs
{
    /// <summary>A proof for this request and no other (RFC 9449); the URL without its query.</summary>
    public static string Of(ECDsa key, string token, string method, string url)
    {
        var header = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = JsonNode.Parse(PublicKey(key)) };
        var claims = new JsonObject
        {
            ["htm"] = method,
            ["htu"] = url.Split('?')[0],
            ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString(),
            ["ath"] = Encoded(SHA256.HashData(Encoding.ASCII.GetBytes(token))),
        };
        var signed = $"{Encoded(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Encoded(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{signed}.{Encoded(signature)}";
    }

    /// <summary>RFC 7638: the required members in the order of their names.</summary>
    public static string Thumbprint(ECDsa key) => Encoded(SHA256.HashData(Encoding.UTF8.GetBytes(PublicKey(key))));

    private static string PublicKey(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return $$"""{"crv":"P-256","kty":"EC","x":"{{Encoded(point.X!)}}","y":"{{Encoded(point.Y!)}}"}""";
    }

    private static string Encoded(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
