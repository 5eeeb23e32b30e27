package dev.cortado.engine.sampler;

import java.util.ArrayList;
import java.util.List;

/** Probabilities of the tokens under the model alone: before bias, penalties and temperature. */
public final class LogSoftmax {
    private final float[] logits;
    /** The logarithm of the softmax's denominator. */
    private final double logPartition;

    /** @param logits one per token of the vocabulary; not copied */
    public LogSoftmax(float[] logits) {
        this.logits = logits;
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        logPartition = max + Math.log(sum);
    }

    /** The natural logarithm of one token's probability. */
    public double at(int token) {
        return logits[token] - logPartition;
    }

    /** One token's, rounded. */
    public TokenProbability of(int token) {
        return new TokenProbability(token, (float) at(token));
    }

    /** The {@code n} most probable tokens, best first. */
    public List<TokenProbability> best(int n) {
        List<TokenProbability> best = new ArrayList<>();
        if (n > 0) {
            Candidates candidates = new Candidates();
            candidates.load(logits, n);
            candidates.keep(n);
            for (int i = 0; i < candidates.size(); i++) {
                best.add(of(candidates.id(i)));
            }
        }
        return best;
    }
}
