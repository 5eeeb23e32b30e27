package dev.cortado.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The catalogue's templates, rendered by Jinjava too: it, Python and this interpreter agree. */
class SecondOpinionTest {
    private static final Jinjava JINJAVA = new Jinjava(JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withNestedInterpretationEnabled(false)
            .withLegacyOverrides(LegacyOverrides.newBuilder()
                    .withEvaluateMapKeys(true)
                    .withIterateOverMapKeys(true)
                    .withUsePyishObjectMapper(true)
                    .withUseNaturalOperatorPrecedence(false)
                    .withParseWhitespaceControlStrictly(true)
                    .withAllowAdjacentTextNodes(true)
                    .withUseTrimmingForNotesAndExpressions(true)
                    .withKeepNullableLoopValues(true)
                    .withHandleBackslashInQuotesOnly(true)
                    .build())
            .build());

    @Test
    void jinjavaAgrees() throws IOException {
        ObjectMapper json = new ObjectMapper();
        for (JsonNode c : json.readTree(new File("src/test/resources/chat-templates/_catalogue.json"))) {
            String name = c.get("case").get("id").asText();
            String source = c.get("case").get("t").asText();
            @SuppressWarnings("unchecked")
            Map<String, Object> variables = json.convertValue(c.get("case").get("ctx"), Map.class);
            String ours = ChatTemplate.compile(source).render(variables);
            assertThat(ours).as(name).isEqualTo(c.get("expected").asText());
            // Jinjava keeps the newline at the end of a template
            String trimmed = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
            assertThat(JINJAVA.render(trimmed, variables)).as(name).isEqualTo(ours);
        }
    }
}
