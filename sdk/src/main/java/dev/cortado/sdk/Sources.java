package dev.cortado.sdk;

import java.net.URI;
import java.util.Map;

/**
 * Where models come from.
 *
 * @param catalogue GPT4All's list of models, a JSON array
 * @param files prefix of the address of a model that the catalogue does not know or gives no address for
 * @param huggingFace the Hugging Face hub
 * @param token sent to the hub, empty for none; never sent to another host
 */
public record Sources(URI catalogue, URI files, URI huggingFace, String token) {
    /** The public addresses; {@code HF_ENDPOINT} and {@code HF_TOKEN} are respected. */
    public static Sources ofEnvironment(Map<String, String> environment) {
        return new Sources(
                URI.create("https://gpt4all.io/models/models3.json"),
                URI.create("https://gpt4all.io/models/gguf/"),
                URI.create(environment.getOrDefault("HF_ENDPOINT", "https://huggingface.co")),
                environment.getOrDefault("HF_TOKEN", ""));
    }
}
