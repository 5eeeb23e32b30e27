package dev.cortado.engine.sampler;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Chooses tokens: bias, penalties, then greedy at temperature 0, else top-k, top-p, min-p, temperature and a draw - the
 * order of GPT4All, in which nucleus and minimum look at untempered probabilities. Same seed, same logits: same tokens,
 * on every machine. Allocates nothing per token. For one text and one thread at a time.
 */
public final class Sampler {
    private final LogitBias bias;
    private final Penalties penalties;
    private final List<Narrowing> narrowings;
    private final int topK;
    private final boolean greedy;
    private final SplittableRandom random;
    private final Candidates candidates = new Candidates();

    public Sampler(SamplingOptions options, long seed) {
        this(options, seed, LogitBias.NONE);
    }

    public Sampler(SamplingOptions options, long seed, LogitBias bias) {
        this.bias = bias;
        this.penalties = new Penalties(
                options.repeatLastN(),
                options.repeatPenalty(),
                options.frequencyPenalty(),
                options.presencePenalty());
        this.topK = options.topK();
        this.greedy = options.temperature() <= 0;
        this.narrowings = greedy
                ? List.of()
                : List.of(
                        new TopK(options.topK()),
                        new TopP(options.topP()),
                        new MinP(options.minP()),
                        new Temperature(options.temperature()));
        this.random = new SplittableRandom(seed);
    }

    /**
     * The next token. It counts for the penalties only after {@link #accept}.
     *
     * @param logits one per token of the vocabulary; overwritten
     * @throws IllegalStateException when no token is allowed or a logit is NaN
     */
    public int sample(float[] logits) {
        bias.apply(logits);
        penalties.apply(logits);
        if (greedy) {
            return best(logits);
        }
        candidates.load(logits, topK);
        for (Narrowing narrowing : narrowings) {
            narrowing.apply(candidates);
        }
        return candidates.draw(random.nextDouble());
    }

    /** The token became part of the text. */
    public void accept(int token) {
        penalties.accept(token);
    }

    private static int best(float[] logits) {
        int best = -1;
        float max = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            float logit = logits[id];
            if (!(logit <= max)) { // one comparison for the NaN as well
                if (Float.isNaN(logit)) {
                    throw new IllegalStateException("the logit of token " + id + " is not a number");
                }
                max = logit;
                best = id;
            }
        }
        if (best < 0) {
            throw new IllegalStateException("no token is allowed: all " + logits.length + " logits are -infinity");
        }
        return best;
    }
}
