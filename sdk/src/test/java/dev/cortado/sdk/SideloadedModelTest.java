package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataType;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no catalogue model as it should be. */
class SideloadedModelTest {
    private static final String TEMPLATE_KEY = "tokenizer.chat_template";

    @TempDir
    private Path folder;

    /** The embedded model without a template of its own, as m.gguf. */
    private void modelWithoutTemplate() throws IOException {
        byte[] bytes = Files.readAllBytes(EmbeddedModel.file(folder));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int key = text.indexOf(TEMPLATE_KEY);
        bytes[key + TEMPLATE_KEY.length() - 1] = 'X'; // a key that nobody reads
        Files.write(folder.resolve("m.gguf"), bytes);
    }

    /** A catalogue that was fetched before, so that no network is asked. */
    private void catalogue(String more) throws IOException {
        String entry = "[{\"name\": \"SBert\", \"filename\": \"m.gguf\"%s}]".formatted(more);
        Files.writeString(folder.resolve("models3.json"), entry);
    }

    private GPT4All open(boolean allowDownload) throws IOException {
        return GPT4All.builder("m").modelPath(folder).allowDownload(allowDownload).build();
    }

    @Test
    void a_session_needs_a_template_from_somewhere() throws IOException {
        modelWithoutTemplate();
        try (GPT4All model = open(false)) {
            assertThatThrownBy(model::chatSession)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("For sideloaded models or with allow_download=False, you must specify a chat template.");
            assertThat(model.chatSession(null, "{{ messages[0]['content'] }}").messages()).isEmpty();
        }
    }

    @Test
    void a_model_of_the_catalogue_without_any_template_is_told_by_name() throws IOException {
        modelWithoutTemplate();
        catalogue("");
        try (GPT4All model = open(true)) {
            assertThatThrownBy(model::chatSession)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("The model 'SBert' has no chat template. Please pass a template to chatSession() directly.");
        }
    }

    @Test
    void a_model_that_the_catalogue_says_cannot_chat_does_not() throws IOException {
        modelWithoutTemplate();
        catalogue(", \"chatTemplate\": null");
        try (GPT4All model = open(true)) {
            assertThatThrownBy(model::chatSession)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The model 'SBert' does not support chat.");
        }
    }

    @Test
    void the_catalogue_s_system_message_and_template_are_the_default() throws IOException {
        modelWithoutTemplate();
        catalogue(", \"systemMessage\": \"Be kind.\", \"chatTemplate\": \"{{ messages[0]['content'] }}\"");
        try (GPT4All model = open(true)) {
            assertThat(model.chatSession().messages()).containsExactly(Message.system("Be kind."));
            assertThat(model.chatSession().prompt().source()).isEqualTo("{{ messages[0]['content'] }}");
            assertThat(model.chatSession("").messages()).containsExactly(Message.system(""));
            assertThat(model.chatSession((String) null).messages()).isEmpty();
        }
    }

    @Test
    void a_file_of_an_unknown_family_is_told_by_its_family() throws IOException {
        new GgufWriter()
                .put("general.architecture", new MetadataValue.Scalar(MetadataType.STRING, "nonesuch"))
                .write(folder.resolve("m.gguf"));
        assertThatThrownBy(() -> open(false))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("Unable to instantiate model: Unsupported model architecture: nonesuch");
    }

    @Test
    void a_model_with_learned_positions_ends_with_them_and_generation_goes_on() throws IOException {
        Optional<Path> gpt2 = Oracle.find("arch/gpt2.gguf");
        assumeTrue(gpt2.isPresent());
        try (GPT4All model = GPT4All.builder(gpt2.get().toString())
                .modelPath(folder)
                .allowDownload(false)
                .nCtx(1 << 20)
                .build()) {
            int limit = model.model().positionLimit();
            assertThat(limit).isEqualTo(model.model().contextLength());
            GenerationResult result =
                    model.answer("a", GenerateOptions.GREEDY.withMaxTokens(limit + 20));
            assertThat(result.completionTokens() == limit + 20 || result.finishReason() != FinishReason.LENGTH)
                    .isTrue();
            String tooLong = "a ".repeat(limit + 1);
            assertThatThrownBy(() -> model.generate(tooLong))
                    .hasMessageContaining(" > " + (limit - 4) + ").");
        }
    }
}
