package dev.cortado.cli;

import dev.cortado.engine.model.Batch;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.Sequence;
import dev.cortado.engine.sampler.LogSoftmax;
import java.util.function.IntConsumer;

/**
 * How surprised a model is by a text: the mean negative logarithm of the probability that it gives each token after those
 * before it, in nats, and its exponential.
 *
 * @param tokens predictions that were scored
 * @param meanNll mean negative log-likelihood in nats
 */
record Perplexity(int tokens, double meanNll) {
    private static final int CHUNK = 256;

    /** e to the mean. */
    double perplexity() {
        return Math.exp(meanNll);
    }

    /**
     * Scores a text in windows of {@code context} tokens that do not overlap; the first token of each is not scored.
     *
     * @param progress hears how many tokens are done
     */
    static Perplexity of(Model model, int[] tokens, int context, IntConsumer progress) {
        double sum = 0;
        int scored = 0;
        Batch batch = new Batch();
        try (Sequence sequence = model.newSequence(Math.min(context, tokens.length))) {
            for (int window = 0; window < tokens.length; window += context) {
                sequence.truncate(0);
                int end = Math.min(tokens.length, window + context);
                for (int from = window; from < end; from += CHUNK) {
                    int count = Math.min(CHUNK, end - from);
                    batch.clear();
                    batch.add(sequence, tokens, from, count, Batch.Rows.ALL);
                    model.forward(batch);
                    for (int i = 0; i < count && from + i + 1 < end; i++) {
                        sum -= new LogSoftmax(batch.logits(i)).at(tokens[from + i + 1]);
                        scored++;
                    }
                    progress.accept(from + count);
                }
            }
        }
        return new Perplexity(scored, scored == 0 ? Double.NaN : sum / scored);
    }
}
