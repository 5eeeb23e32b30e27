package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;

/**
 * A causal language model. x is the residual [rows x width], one row for each token.
 *
 * @param input embeds tokens
 * @param layers in order
 * @param residualScale factor of what a block adds to x
 * @param output makes logits of x
 */
record Decoder(InputEmbedding input, Layer[] layers, float residualScale, Output output) implements Network {
    /** x after the last layer. */
    Activations forward(Pass pass) {
        Activations x = input.apply(pass);
        for (Layer layer : layers) {
            x = pass.enter(layer.device(), x);
            Backend backend = pass.backend();
            Activations mixed = layer.mix(pass, x);
            if (!layer.parallel()) {
                backend.add(x, mixed, residualScale);
            }
            if (layer.feedForward() != null) {
                backend.add(x, layer.feed(pass, layer.feedForward(), x), residualScale);
            }
            if (layer.parallel()) {
                backend.add(x, mixed, residualScale);
            }
        }
        return x;
    }

    @Override
    public Activations hidden(Pass pass) {
        return pass.normed(forward(pass), output.norm(), Buffer.NORMED);
    }
}
