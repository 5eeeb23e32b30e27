package dev.cortado.engine.sampler;

/** Keeps the {@code k} best; all where k is 0 or negative. */
public record TopK(int k) implements Narrowing {
    @Override
    public void apply(Candidates candidates) {
        if (k > 0) {
            candidates.keep(k);
        }
    }
}
