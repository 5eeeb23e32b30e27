package dev.cortado.engine.sampler;

/** Keeps tokens at least {@code p} times as probable as the best one; all where p is 0 or less. */
public record MinP(float p) implements Narrowing {
    private static final int FIRST_LOOK = 128;

    @Override
    public void apply(Candidates candidates) {
        if (p <= 0) {
            return;
        }
        candidates.order(1);
        double least = candidates.logit(0) + Math.log(p);
        for (int look = FIRST_LOOK, i = 0; i < candidates.size(); look *= 8) {
            candidates.order(look);
            for (int end = Math.min(look, candidates.size()); i < end; i++) {
                if (candidates.logit(i) < least) {
                    candidates.keep(i);
                    return;
                }
            }
        }
    }
}
