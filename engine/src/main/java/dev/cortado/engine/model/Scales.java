package dev.cortado.engine.model;

/**
 * Factors that some families put at the joints.
 *
 * @param embedding factor of token embeddings
 * @param residual factor of what a block adds to the residual
 * @param logits factor of the logits
 * @param logitCap cap of the logits, 0 for none
 */
record Scales(float embedding, float residual, float logits, float logitCap) {
    static final Scales NONE = new Scales(1, 1, 1, 0);

    Scales embedding(float factor) {
        return new Scales(factor, residual, logits, logitCap);
    }

    Scales logits(float factor) {
        return new Scales(embedding, residual, factor, logitCap);
    }

    Scales logitCap(float cap) {
        return new Scales(embedding, residual, logits, cap);
    }
}
