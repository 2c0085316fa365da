import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.rest.server.exceptions.InvalidRequestException;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationOptions;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonSyntaxException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.common.hapi.validation.validator.FhirDefaultPolicyAdvisor;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.elementmodel.Manager;
import org.hl7.fhir.r5.model.CanonicalResource;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.utils.validation.IResourceValidator;
import org.hl7.fhir.r5.utils.validation.IValidatorResourceFetcher;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.r5.utils.validation.constants.ReferenceValidationPolicy;

/**
 * Judges resources: one JSON text a line in; out, in the same order, a JSON array of errors a line. By base R4, or, with
 * folders of definitions as arguments, by the profile whose canonical stands before the text and a tab.
 */
public final class Judge {
    private static final Set<String> NOISE = Set.of(
            "Terminology_PassThrough_TX_Message", // what a code system says of a code that no required binding names
            "OPDEF_PROFILE_NOT_FOUND"); // an address that leads nowhere here
    private static final String PACKAGES = "Unable to resolve package id"; // no snapshots: they need packages of R4
    private static final String CRASH = "crash"; // no verdict
    private static final Pattern LITERAL = Pattern.compile("([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(/_history/.+)?");

    private static boolean byProfile;

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what libraries print is no verdict
        byProfile = arguments.length > 0;
        FhirValidator validator = validator(arguments);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        verdict(validator, in.readLine()); // loads the definitions once, before several threads ask for them
        List<String> lines = in.lines().toList();
        Map<String, JsonArray> verdicts = new ConcurrentHashMap<>();
        // What is said of a StructureDefinition depends on those before it: they come first, one after the other.
        lines.stream().filter(Judge::isDefinition).forEach(line -> verdicts.put(line, verdict(validator, line)));
        lines.parallelStream().forEach(line -> verdicts.computeIfAbsent(line, one -> verdict(validator, one)));
        lines.forEach(line -> out.println(verdicts.get(line)));
    }

    private static boolean isDefinition(String line) {
        return line.contains("StructureDefinition\"");
    }

    private static FhirValidator validator(String[] folders) throws IOException {
        FhirContext context = FhirContext.forR4();
        PrePopulatedValidationSupport ours = new PrePopulatedValidationSupport(context);
        for (String folder : folders) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(folder), "*.json")) {
                for (Path file : files) {
                    String name = file.getFileName().toString();
                    if (!name.equals("package.json") && !name.startsWith(".")) { // what describes a package
                        ours.addResource(context.newJsonParser().parseResource(Files.readString(file)));
                    }
                }
            }
        }
        UnknownCodeSystemWarningValidationSupport unknown = new UnknownCodeSystemWarningValidationSupport(context);
        unknown.setNonExistentCodeSystemSeverity(IssueSeverity.INFORMATION);
        FhirInstanceValidator module = new FhirInstanceValidator(new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                ours,
                new SnapshotGeneratingValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context),
                unknown));
        module.setAnyExtensionsAllowed(true);
        module.setErrorForUnknownProfiles(false);
        module.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
        module.setNoExtensibleWarnings(true);
        module.setValidatorPolicyAdvisor(new BaseOnly());
        module.setValidatorResourceFetcher(new Somewhere());
        return context.newValidator().registerValidatorModule(module);
    }

    /** Types that references name are held against R4, which has them or not; what else is not here is no error. */
    private static final class BaseOnly extends FhirDefaultPolicyAdvisor {
        @Override
        public ReferenceValidationPolicy policyForReference(
                IResourceValidator validator, Object context, String path, String url, ReferenceDestinationType kind) {
            Matcher literal = LITERAL.matcher(url == null ? "" : url);
            boolean nowhere = literal.matches() && validator.getContext().fetchTypeDefinition(literal.group(1)) == null;
            return nowhere
                    ? ReferenceValidationPolicy.CHECK_EXISTS_AND_TYPE
                    : ReferenceValidationPolicy.CHECK_TYPE_IF_EXISTS;
        }

        @Override
        public boolean isSuppressMessageId(String path, String id) {
            return id != null && NOISE.contains(id);
        }
    }

    /** No network and no store: every address leads somewhere, and what "Patient/1" leads to is a Patient. */
    private static final class Somewhere implements IValidatorResourceFetcher {
        @Override
        public Element fetch(IResourceValidator validator, Object context, String url) {
            Matcher literal = LITERAL.matcher(url);
            StructureDefinition type =
                    literal.matches() ? validator.getContext().fetchTypeDefinition(literal.group(1)) : null;
            return type == null ? null : Manager.build(validator.getContext(), type);
        }

        @Override
        public boolean resolveURL(IResourceValidator validator, Object context, String path, String url, String type,
                boolean canonical, List<CanonicalType> targets) {
            return true;
        }

        @Override
        public byte[] fetchRaw(IResourceValidator validator, String url) {
            return null;
        }

        @Override
        public IValidatorResourceFetcher setLocale(Locale locale) {
            return this;
        }

        @Override
        public CanonicalResource fetchCanonicalResource(IResourceValidator validator, Object context, String url) {
            return null;
        }

        @Override
        public boolean fetchesCanonicalResource(IResourceValidator validator, String url) {
            return false;
        }

        @Override
        public Set<ResourceVersionInformation> fetchCanonicalResourceVersions(
                IResourceValidator validator, Object context, String url) {
            return Set.of();
        }
    }

    private static JsonArray verdict(FhirValidator validator, String text) {
        JsonArray errors = new JsonArray();
        try {
            int tab = byProfile ? text.indexOf('\t') : -1;
            ValidationOptions options = new ValidationOptions();
            if (tab > 0) {
                options.addProfile(text.substring(0, tab));
            }
            String resource = text.substring(tab + 1);
            for (SingleValidationMessage message : validator.validateWithResult(resource, options).getMessages()) {
                boolean isError = message.getSeverity().ordinal() >= ResultSeverityEnum.ERROR.ordinal();
                if (isError && !message.getMessage().contains(PACKAGES)) {
                    errors.add(error(message.getLocationString(), message.getMessageId(), message.getMessage()));
                }
            }
        } catch (JsonSyntaxException | InvalidRequestException | java.lang.Error refusal) { // an Error: an assertion
            errors.add(error("", refusal.getClass().getSimpleName(), String.valueOf(refusal.getMessage())));
        } catch (RuntimeException defect) {
            errors.add(error("", CRASH, defect.getClass().getSimpleName() + ": " + defect.getMessage()));
        }
        return errors;
    }

    private static JsonObject error(String location, String key, String text) {
        JsonObject found = new JsonObject();
        found.addProperty("location", location == null ? "" : location);
        found.addProperty("key", key == null ? "" : key);
        found.addProperty("text", text);
        return found;
    }
}
