package dev.cortado.engine.model;

import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.model.Architecture.MixerKind;
import dev.cortado.gguf.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a network together from a family's choices, the file's sizes and its tensors. Tensor names as in llama.cpp. Which
 * biases there are, whether projections are fused, whether the output is tied to the embedding, whether a layer has
 * experts: that the tensors tell.
 */
final class Assembly {
    private final Architecture choices;
    private final Hyperparameters sizes;
    private final Weights weights;
    private final Placement placement;
    private final List<Backend> devices;
    private final int vocabulary;
    private final MixerAssembly mixers;
    private final FeedForwardAssembly feedForwards;

    Assembly(
            Architecture choices,
            Hyperparameters sizes,
            Weights weights,
            Placement placement,
            int vocabulary,
            int contextLength) {
        this.choices = choices;
        this.sizes = sizes;
        this.weights = weights;
        this.placement = placement;
        this.devices = placement.devices(sizes.layers());
        this.vocabulary = vocabulary;
        this.mixers = new MixerAssembly(choices, sizes, weights, contextLength);
        this.feedForwards = new FeedForwardAssembly(choices.feeding(), sizes, weights);
    }

    Network network() {
        Backend first = devices.getFirst();
        Matrix tokens = weights.matrix(first, "token_embd.weight", sizes.width(), vocabulary);
        InputEmbedding input = new InputEmbedding(
                tokens,
                choices.scales().embedding(),
                tokenType(first),
                choices.positions().learned() ? learnedPositions(first) : null,
                choices.norms().input() ? choices.norms().of(weights, first, "token_embd_norm", sizes.width()) : null);
        Layer[] layers = new Layer[sizes.layers()];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = layer(i);
        }
        Backend last = devices.getLast();
        String name = choices.norms().output();
        Norm outputNorm = name == null ? null : choices.norms().of(weights, last, name, sizes.width());
        if (choices.mask() == Attention.Mask.SYMMETRIC || outputNorm == null) {
            return new Encoder(input, layers, outputNorm);
        }
        Scales scales = choices.scales();
        Output output = new Output(outputNorm, new Linear[] {head(last)}, scales.logits(), scales.logitCap());
        return new Decoder(input, layers, scales.residual(), output);
    }

    /** Type 0, "sentence A": what llama.cpp takes for every token. */
    private @Nullable Parameter tokenType(Backend backend) {
        if (!weights.has("token_types.weight")) {
            return null;
        }
        Tensor types = weights.tensor("token_types.weight");
        int count = (int) Math.min(types.rows(), Integer.MAX_VALUE / sizes.width());
        float[] all = weights.values("token_types.weight", sizes.width(), count);
        return backend.parameter(Arrays.copyOf(all, sizes.width()));
    }

    private Matrix learnedPositions(Backend backend) {
        return weights.matrix(backend, "position_embd.weight", sizes.width(), sizes.positive("context_length"));
    }

    private Linear head(Backend backend) {
        String name = weights.has("output.weight") ? "output" : "token_embd";
        return weights.linear(backend, name, sizes.width(), vocabulary);
    }

    private Layer layer(int i) {
        int device = placement.deviceOf(i, sizes.layers());
        Backend backend = devices.get(device);
        Norms.Places places = choices.norms().places();
        boolean second = places.ofMixerSum() != null && weights.has(block(i) + "attn_norm_2.weight");
        MixerKind kind = choices.mixers().apply(i);
        boolean feeds = kind != MixerKind.SELECTIVE_SCAN;
        return new Layer(
                device,
                choices.parallel(),
                layerNorm(backend, i, places.beforeMixer()),
                mixers.of(backend, i, kind),
                layerNorm(backend, i, places.afterMixer()),
                layerNorm(backend, i, places.ofMixerSum()),
                layerNorm(backend, i, second ? "attn_norm_2" : null),
                feeds ? layerNorm(backend, i, places.beforeFeedForward()) : null,
                feeds ? feedForwards.of(backend, i) : null,
                feeds ? layerNorm(backend, i, places.afterFeedForward()) : null,
                feeds ? layerNorm(backend, i, places.ofFeedForwardSum()) : null);
    }

    static String block(int layer) {
        return "blk." + layer + ".";
    }

    private @Nullable Norm layerNorm(Backend backend, int i, @Nullable String name) {
        if (name == null) {
            return null;
        }
        boolean inputIsNormalised = i == 0 && choices.norms().input() && choices.mask() == Attention.Mask.SYMMETRIC;
        if (inputIsNormalised && !weights.has(block(i) + name + ".weight")) {
            return null; // ModernBERT's first layer takes the normalised embedding as it is
        }
        return choices.norms().of(weights, backend, block(i) + name, sizes.width());
    }
}
