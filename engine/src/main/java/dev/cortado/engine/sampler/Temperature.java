package dev.cortado.engine.sampler;

/** Divides the logits: below 1 sharper, above 1 flatter. Not for 0, which means greedy. */
public record Temperature(float degrees) implements Narrowing {
    public Temperature {
        if (!(degrees > 0)) {
            throw new IllegalArgumentException("temperature must be positive, got " + degrees);
        }
    }

    @Override
    public void apply(Candidates candidates) {
        if (degrees != 1) {
            candidates.divide(degrees);
        }
    }
}
