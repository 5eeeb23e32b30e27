package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Norm;
import org.jspecify.annotations.Nullable;

/**
 * A bidirectional model for embeddings. x is the residual [rows x width], one row for each token.
 *
 * @param input embeds tokens
 * @param layers in order
 * @param outputNorm norm after the last layer, or null
 */
record Encoder(InputEmbedding input, Layer[] layers, @Nullable Norm outputNorm) implements Network {
    /** x after the last layer. */
    Activations forward(Pass pass) {
        Activations x = input.apply(pass);
        for (Layer layer : layers) {
            x = pass.enter(layer.device(), x);
            Backend backend = pass.backend();
            Activations saved = pass.saved(x, layer.secondMixerSumNorm() != null);
            backend.add(x, layer.mix(pass, x), 1);
            pass.normalise(x, layer.mixerSumNorm());
            if (layer.secondMixerSumNorm() != null) {
                backend.add(x, saved, 1);
                pass.normalise(x, layer.secondMixerSumNorm());
            }
            if (layer.feedForward() != null) {
                backend.add(x, layer.feed(pass, layer.feedForward(), x), 1);
            }
            pass.normalise(x, layer.feedForwardSumNorm());
        }
        return x;
    }

    @Override
    public Activations hidden(Pass pass) {
        Activations x = forward(pass);
        pass.normalise(x, outputNorm);
        return x;
    }
}
