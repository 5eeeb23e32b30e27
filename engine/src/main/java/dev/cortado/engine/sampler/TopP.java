package dev.cortado.engine.sampler;

/**
 * Nucleus sampling (Holtzman et al., 2020): keeps the fewest best tokens whose probabilities reach {@code p}; all where
 * p is 1 or more.
 */
public record TopP(float p) implements Narrowing {
    private static final int FIRST_LOOK = 128;

    @Override
    public void apply(Candidates candidates) {
        if (p >= 1) {
            return;
        }
        double all = candidates.partition();
        double enough = p * all;
        float max = candidates.logit(0);
        // tokens that have less than an equal share of the rest each do not make up the rest together; half, for rounding
        candidates.drop(Math.log((1 - p) * all / candidates.size() / 2));
        double sum = 0;
        // the nucleus is small as a rule: order a little of the vocabulary, and more only when that was not enough
        for (int look = FIRST_LOOK, i = 0; i < candidates.size(); look *= 8) {
            candidates.order(look);
            for (int end = Math.min(look, candidates.size()); i < end; i++) {
                sum += Math.exp(candidates.logit(i) - max);
                if (sum >= enough) {
                    candidates.keep(i + 1);
                    return;
                }
            }
        }
    }
}
