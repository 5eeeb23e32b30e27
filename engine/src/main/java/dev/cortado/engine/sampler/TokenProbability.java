package dev.cortado.engine.sampler;

import java.util.ArrayList;
import java.util.List;

/**
 * A token and the natural logarithm of its probability under the model alone: before bias, penalties and temperature.
 */
public record TokenProbability(int token, float logProbability) {
    /** The {@code n} most probable tokens of a row of logits, best first. */
    public static List<TokenProbability> best(float[] logits, int n) {
        Candidates candidates = new Candidates();
        candidates.load(logits);
        double logPartition = Math.log(candidates.partition()) + candidates.logit(0);
        candidates.keep(n);
        List<TokenProbability> best = new ArrayList<>();
        for (int i = 0; i < Math.min(n, candidates.size()); i++) {
            best.add(new TokenProbability(candidates.id(i), (float) (candidates.logit(i) - logPartition)));
        }
        return best;
    }

    /** One token's log softmax. */
    public static TokenProbability of(int token, float[] logits) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return new TokenProbability(token, (float) (logits[token] - max - Math.log(sum)));
    }
}
