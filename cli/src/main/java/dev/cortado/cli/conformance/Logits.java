package dev.cortado.cli.conformance;

/** What is read off a row of logits. */
final class Logits {
    private Logits() {}

    static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    /** Natural logarithm of the sum of e^logit. */
    static double logSumExp(float[] logits) {
        double largest = logits[argmax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }

    static double logProbability(float[] logits, int id) {
        return logits[id] - logSumExp(logits);
    }
}
