// A first consultation, as a midwife's system sends it: token, a proof for each request, one transaction, the card, news.
// Needs Node.js 18 or newer and nothing else. docs/integrators.md says what to set; her number is read from standard input.

import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const FNR = "urn:oid:2.16.578.1.12.4.1.4.1";
const CARD = "https://helsekort.example/fhir/CodeSystem/card";
const OURS = "https://epj.example/id"; // the namespace of this system's own ids
const env = process.env;

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const hashed = (text) => createHash("sha256").update(text).digest("base64url");

/** RFC 7638: the required members in the order of their names. */
const thumbprint = ({ crv, kty, x, y }) => hashed(JSON.stringify({ crv, kty, x, y }));

/** A token bound to the key, attesting who works where, why, and the decision that her access rests on.
 *  From HelseID's test-token service. In production the attest stands in assertion_details of the client assertion
 *  that goes to the token endpoint, with a proof of the same key. */
async function accessToken(publicKey, decision) {
  const wanted = JSON.parse(readFileSync(env.HELSEID_ATTEST, "utf-8"));
  wanted.tillitsrammeverkClaimsParameters.careRelationshipDecisionRefId = decision;
  wanted.clientClaimsParameters.cnfJkt = thumbprint(publicKey);
  const answer = await fetch(`${env.HELSEID_URL}/v2/create-test-token-with-key`, {
    method: "POST",
    headers: { "X-Auth-Key": env.HELSEID_TEST_KEY, "Content-Type": "application/json" },
    body: JSON.stringify(wanted),
  }).then((response) => response.json());
  if (answer.isError) throw new Error(answer.errorResponse.errorMessage);
  return answer.successResponse.accessTokenJwt;
}

/** The server, asked with one token that is bound to one key. */
class Helsekort {
  constructor(base, token, keys) {
    Object.assign(this, { base, token, ...keys });
  }

  /** A proof for this request and no other (RFC 9449); the URL without its query. */
  proof(method, url) {
    const header = encoded({ typ: "dpop+jwt", alg: "ES256", jwk: this.publicKey });
    const claims = encoded({
      htm: method,
      htu: url.split("?")[0],
      iat: Math.floor(Date.now() / 1000),
      jti: randomUUID(),
      ath: hashed(this.token),
    });
    const key = { key: this.privateKey, dsaEncoding: "ieee-p1363" };
    return `${header}.${claims}.${sign("sha256", Buffer.from(`${header}.${claims}`), key).toString("base64url")}`;
  }

  /** Status and body; a refusal is thrown with its words. */
  async ask(method, path, body, headers = {}) {
    const url = path.startsWith("http") ? path : `${this.base}${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        Authorization: `DPoP ${this.token}`,
        DPoP: this.proof(method, url),
        ...(body ? { "Content-Type": "application/fhir+json" } : {}),
        ...headers,
      },
      body: body ? JSON.stringify(body) : undefined,
    });
    const found = await response.json();
    if (!response.ok) {
      throw new Error(`${response.status}: ${found.issue.map((issue) => issue.diagnostics).join("; ")}`);
    }
    return { status: response.status, body: found };
  }
}

const concept = (system, code) => ({ coding: [{ system, code }] });
const quantity = (value, unit) => ({ value, unit, system: "http://unitsofmeasure.org", code: unit });
const urn = () => `urn:uuid:${randomUUID()}`;

/** An observation of today. */
const measured = (subject, code, more) => ({
  resourceType: "Observation",
  status: "final",
  category: [concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")],
  code: concept("http://loinc.org", code),
  subject: { reference: subject },
  effectiveDateTime: new Date().toISOString(),
  ...more,
});

/** She is registered, her card is opened and her first blood pressure is written down: all or nothing. */
function consultation(number) {
  const woman = urn();
  const pressure = [["8480-6", 118], ["8462-4", 76]].map(([code, value]) => ({
    code: concept("http://loinc.org", code),
    valueQuantity: quantity(value, "mm[Hg]"),
  }));
  const resources = [
    { resourceType: "Patient", identifier: [{ system: FNR, value: number }] },
    {
      resourceType: "EpisodeOfCare",
      status: "active",
      type: [concept(CARD, "pregnancy")],
      patient: { reference: woman },
    },
    measured(woman, "85354-9", { component: pressure }),
  ];
  const entry = resources.map((resource, n) => ({
    fullUrl: n ? urn() : woman,
    resource,
    request: { method: "POST", url: resource.resourceType },
  }));
  return { resourceType: "Bundle", type: "transaction", entry };
}

async function main(number) {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = pair.publicKey.export({ format: "jwk" });
  const token = await accessToken(publicKey, randomUUID());
  const server = new Helsekort(env.HELSEKORT_URL, token, { publicKey, privateKey: pair.privateKey });

  const begin = (await server.ask("GET", "/$changes")).body.link.find((link) => link.relation === "next").url;

  const made = (await server.ask("POST", "", consultation(number))).body.entry;
  const [woman, episode] = made.slice(0, 2).map(({ resource }) => `${resource.resourceType}/${resource.id}`);

  const own = { system: OURS, value: randomUUID() };
  const weight = measured(woman, "29463-7", { identifier: [own], valueQuantity: quantity(70.5, "kg") });
  const once = { "If-None-Exist": `identifier=${own.system}|${own.value}` }; // sent again, it makes no other
  const statuses = [];
  for (let n = 0; n < 2; n += 1) {
    statuses.push((await server.ask("POST", "/Observation", weight, once)).status);
  }

  const card = (await server.ask("GET", `/${episode}/$card`)).body;
  const news = (await server.ask("GET", begin)).body.entry ?? [];
  console.log(JSON.stringify({
    episode,
    statuses,
    card: card.type,
    entries: card.entry.length,
    news: news.map((entry) => entry.request.url),
  }));
}

await main(readFileSync(0, "utf-8").trim());
