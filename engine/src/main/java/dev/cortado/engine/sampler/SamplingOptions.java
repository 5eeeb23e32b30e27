package dev.cortado.engine.sampler;

/**
 * How the next token is chosen.
 *
 * @param temperature 0 or less = greedy: the best token, the lowest id among equals
 * @param topK see {@link TopK}
 * @param topP see {@link TopP}; acts on probabilities before temperature
 * @param minP see {@link MinP}; acts on probabilities before temperature
 * @param repeatPenalty see {@link Penalties}; 1 = off
 * @param repeatLastN window of all penalties, in tokens chosen by the same sampler
 * @param frequencyPenalty see {@link Penalties}; 0 = off
 * @param presencePenalty see {@link Penalties}; 0 = off
 */
public record SamplingOptions(
        float temperature,
        int topK,
        float topP,
        float minP,
        float repeatPenalty,
        int repeatLastN,
        float frequencyPenalty,
        float presencePenalty) {

    /** What GPT4All does when nothing is asked for. */
    public static final SamplingOptions DEFAULT = new SamplingOptions(0.7f, 40, 0.4f, 0f, 1.18f, 64, 0f, 0f);

    /** The best token each time, nothing penalised. */
    public static final SamplingOptions GREEDY = new SamplingOptions(0f, 0, 1f, 0f, 1f, 0, 0f, 0f);
}
