package dev.cortado.sdk;

import dev.cortado.engine.grammar.Grammar;
import dev.cortado.engine.sampler.SamplingOptions;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How an answer is generated. The defaults are those of GPT4All. Immutable: each {@code with} method gives a changed
 * copy.
 */
public final class GenerateOptions implements Cloneable {
    /** What GPT4All does when nothing is asked for. */
    public static final GenerateOptions DEFAULT = new GenerateOptions();

    /** The best token each time, nothing penalised: the same answer on every run. */
    public static final GenerateOptions GREEDY = DEFAULT.withTemp(0).withRepeatPenalty(1);

    // Written only before a copy is handed out.
    private int maxTokens = 200;
    private float temp = 0.7f;
    private int topK = 40;
    private float topP = 0.4f;
    private float minP = 0;
    private float repeatPenalty = 1.18f;
    private int repeatLastN = 64;
    private int nBatch = 8;
    private float frequencyPenalty = 0;
    private float presencePenalty = 0;
    private @Nullable Long seed = null;
    private List<String> stop = List.of();
    private @Nullable TokenCallback callback = null;
    private @Nullable Grammar grammar = null;
    private int logprobs = -1;
    private int promptLookup = 0;
    private List<Tool> tools = List.of();

    private GenerateOptions() {}

    private GenerateOptions with(Consumer<GenerateOptions> change) {
        try {
            GenerateOptions copy = (GenerateOptions) super.clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this class is cloneable", e);
        }
    }

    /** Most tokens to generate: 0 gives an empty answer, a negative number one token. */
    public int maxTokens() {
        return maxTokens;
    }

    public GenerateOptions withMaxTokens(int maxTokens) {
        return with(o -> o.maxTokens = maxTokens);
    }

    /** Temperature; 0 = greedy. */
    public float temp() {
        return temp;
    }

    public GenerateOptions withTemp(float temp) {
        return with(o -> o.temp = number("temp", temp, Float.NEGATIVE_INFINITY));
    }

    /** Candidates kept before top-p; 0 or less = all. */
    public int topK() {
        return topK;
    }

    public GenerateOptions withTopK(int topK) {
        return with(o -> o.topK = topK);
    }

    /** Keeps the smallest set of best candidates that together have this probability, before temperature. */
    public float topP() {
        return topP;
    }

    public GenerateOptions withTopP(float topP) {
        return with(o -> o.topP = number("topP", topP, 0));
    }

    /** Least probability relative to the best candidate's, before temperature; 0 = off. */
    public float minP() {
        return minP;
    }

    public GenerateOptions withMinP(float minP) {
        return with(o -> o.minP = number("minP", minP, 0));
    }

    /** Factor against tokens that this answer has within the window; 1 = off. */
    public float repeatPenalty() {
        return repeatPenalty;
    }

    public GenerateOptions withRepeatPenalty(float repeatPenalty) {
        return with(o -> o.repeatPenalty = number("repeatPenalty", repeatPenalty, Float.MIN_VALUE));
    }

    /** Window of all penalties, in tokens of this answer; 0 = penalties off. */
    public int repeatLastN() {
        return repeatLastN;
    }

    public GenerateOptions withRepeatLastN(int repeatLastN) {
        return with(o -> o.repeatLastN = Math.max(0, repeatLastN));
    }

    /** Kept for compatibility: 0 is refused when generating, otherwise the engine chooses its own batches. */
    public int nBatch() {
        return nBatch;
    }

    public GenerateOptions withNBatch(int nBatch) {
        return with(o -> o.nBatch = nBatch);
    }

    /** Subtracted from a logit per occurrence of its token within the window. */
    public float frequencyPenalty() {
        return frequencyPenalty;
    }

    public GenerateOptions withFrequencyPenalty(float frequencyPenalty) {
        return with(o -> o.frequencyPenalty = number("frequencyPenalty", frequencyPenalty, Float.NEGATIVE_INFINITY));
    }

    /** Subtracted once from the logit of a token that occurs within the window. */
    public float presencePenalty() {
        return presencePenalty;
    }

    public GenerateOptions withPresencePenalty(float presencePenalty) {
        return with(o -> o.presencePenalty = number("presencePenalty", presencePenalty, Float.NEGATIVE_INFINITY));
    }

    /** Seed of the draw: same seed, same answer; null = another one each time. */
    public @Nullable Long seed() {
        return seed;
    }

    public GenerateOptions withSeed(@Nullable Long seed) {
        return with(o -> o.seed = seed);
    }

    /** Texts that end the answer, besides the fixed ones; they are not part of it. */
    public List<String> stop() {
        return stop;
    }

    public GenerateOptions withStop(String... stop) {
        List<String> texts = List.of(stop);
        if (texts.contains("")) {
            throw new IllegalArgumentException("a stop string must not be empty");
        }
        return with(o -> o.stop = texts);
    }

    /** Sees each piece of the answer, or null. */
    public @Nullable TokenCallback callback() {
        return callback;
    }

    public GenerateOptions withCallback(@Nullable TokenCallback callback) {
        return with(o -> o.callback = callback);
    }

    /** The texts that the answer may be, or null for any. */
    public @Nullable Grammar grammar() {
        return grammar;
    }

    public GenerateOptions withGrammar(@Nullable Grammar grammar) {
        return with(o -> o.grammar = grammar);
    }

    /** Holds the answer to a JSON Schema. */
    public GenerateOptions withSchema(JsonSchema schema) {
        return withGrammar(schema.grammar());
    }

    /** Likeliest alternatives to report per token in {@link GenerationResult#logprobs()}; negative = report nothing. */
    public int logprobs() {
        return logprobs;
    }

    public GenerateOptions withLogprobs(int logprobs) {
        return with(o -> o.logprobs = logprobs);
    }

    /**
     * Tokens to guess at a time from the text so far, 0 = none: the same answer with fewer forward passes where it repeats
     * its prompt.
     */
    public int promptLookup() {
        return promptLookup;
    }

    public GenerateOptions withPromptLookup(int promptLookup) {
        if (promptLookup < 0) {
            throw new IllegalArgumentException("promptLookup must be at least 0, got " + promptLookup);
        }
        return with(o -> o.promptLookup = promptLookup);
    }

    /** What the model may ask to have called, where its chat template can say so; see {@link GenerationResult#toolCalls()}. */
    public List<Tool> tools() {
        return tools;
    }

    public GenerateOptions withTools(Tool... tools) {
        List<Tool> all = List.of(tools);
        return with(o -> o.tools = all);
    }

    SamplingOptions sampling() {
        return new SamplingOptions(
                temp, topK, topP, minP, repeatPenalty, repeatLastN, frequencyPenalty, presencePenalty);
    }

    private static float number(String name, float value, float least) {
        if (!(value >= least) || Float.isInfinite(value)) {
            throw new IllegalArgumentException(least > Float.NEGATIVE_INFINITY
                    ? "%s must be a number of at least %s, got %s".formatted(name, least, value)
                    : "%s must be a number, got %s".formatted(name, value));
        }
        return value;
    }
}
