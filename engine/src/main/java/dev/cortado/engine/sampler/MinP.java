package dev.cortado.engine.sampler;

/** Keeps tokens at least {@code p} times as probable as the best one; all where p is 0 or less. */
public record MinP(float p) implements Narrowing {
    @Override
    public void apply(Candidates candidates) {
        if (p <= 0) {
            return;
        }
        candidates.drop(Math.log(p));
        candidates.order(candidates.size());
    }
}
