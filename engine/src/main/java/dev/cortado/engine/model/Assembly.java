package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.model.Architecture.MixerKind;
import dev.cortado.engine.model.Attending.QueryKeyNorm;
import dev.cortado.gguf.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
    private final @Nullable Rope rope;
    private final @Nullable Rope localRope;

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
        Rope.Style style = choices.positions().rope();
        this.rope = style == null ? null : rope(style, contextLength);
        float localBase = choices.positions().localBase();
        this.localRope = style == null || localBase == 0
                ? rope
                : RopeScaling.unscaled(style, 0, rotatedColumns(sizes.keyWidth()), localBase);
    }

    private Rope rope(Rope.Style style, int contextLength) {
        boolean latent = choices.mixers().apply(0) == MixerKind.LATENT_ATTENTION;
        RopeScaling scaling = RopeScaling.of(sizes, latent ? sizes.yarnLogMultiplier() : 0);
        int keyWidth = latent ? sizes.integer("attention.key_length_mla", sizes.keyWidth()) : sizes.keyWidth();
        int columns = rotatedColumns(keyWidth);
        String divisors = weights.has("rope_freqs.weight")
                ? "rope_freqs.weight"
                : contextLength > scaling.originalContext() ? "rope_factors_long.weight" : "rope_factors_short.weight";
        return scaling.rope(
                style,
                latent ? keyWidth - columns : 0,
                columns,
                sizes.ropeBase(),
                weights.has(divisors) ? weights.values(divisors, columns / 2) : null);
    }

    private int rotatedColumns(int keyWidth) {
        int columns = sizes.integer("rope.dimension_count", keyWidth);
        if (columns < 2 || columns % 2 != 0 || columns > keyWidth) {
            throw sizes.wrong("rope.dimension_count", columns, "an even number up to a head's width, " + keyWidth);
        }
        return columns;
    }

    Network network() {
        Backend first = devices.getFirst();
        Matrix tokens = weights.matrix(first, "token_embd.weight", sizes.width(), vocabulary);
        InputEmbedding input = new InputEmbedding(
                tokens,
                choices.scales().embedding(),
                tokenType(first),
                choices.positions().learned() ? learnedPositions(first) : null,
                choices.norms().input() ? norm(first, "token_embd_norm", sizes.width()) : null);
        Layer[] layers = new Layer[sizes.layers()];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = layer(i);
        }
        Backend last = devices.getLast();
        String name = choices.norms().output();
        Norm outputNorm = name == null ? null : norm(last, name, sizes.width());
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
                mixer(backend, i, kind),
                layerNorm(backend, i, places.afterMixer()),
                layerNorm(backend, i, places.ofMixerSum()),
                layerNorm(backend, i, second ? "attn_norm_2" : null),
                feeds ? layerNorm(backend, i, places.beforeFeedForward()) : null,
                feeds ? feedForward(backend, i) : null,
                feeds ? layerNorm(backend, i, places.afterFeedForward()) : null,
                feeds ? layerNorm(backend, i, places.ofFeedForwardSum()) : null);
    }

    private static String block(int layer) {
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
        return norm(backend, block(i) + name, sizes.width());
    }

    private Norm norm(Backend backend, String name, int columns) {
        return new Norm(
                choices.norms().kind(),
                choices.norms().weighted() ? weights.parameter(backend, name + ".weight", columns) : null,
                weights.optional(backend, name + ".bias", columns),
                choices.norms().epsilon(),
                0);
    }

    private Mixer mixer(Backend backend, int i, MixerKind kind) {
        return switch (kind) {
            case ATTENTION -> selfAttention(backend, i);
            case LATENT_ATTENTION -> latentAttention(backend, i);
            case SELECTIVE_SCAN -> selectiveScan(backend, i);
            case SHORT_CONVOLUTION -> shortConvolution(backend, i);
        };
    }

    private SelfAttention selfAttention(Backend backend, int i) {
        String block = block(i);
        int heads = positiveHeads(sizes.heads(i));
        int kvHeads = positiveHeads(sizes.kvHeads(i));
        int width = sizes.width();
        int queries = columns(heads, sizes.keyWidth());
        int keys = columns(kvHeads, sizes.keyWidth());
        int values = columns(kvHeads, sizes.valueWidth());
        Linear[] qkv = weights.has(block + "attn_qkv.weight")
                ? weights.parts(backend, block + "attn_qkv", width, queries, keys, values)
                : new Linear[] {
                    weights.linear(backend, block + "attn_q", width, queries),
                    weights.linear(backend, block + "attn_k", width, keys),
                    weights.linear(backend, block + "attn_v", width, values)
                };
        Linear output =
                weights.linear(backend, block + "attn_output", columns(heads, sizes.valueWidth()), width);
        Attending attending = choices.attention();
        int window = attending.window(i);
        Attention attention = new Attention(
                heads,
                kvHeads,
                sizes.keyWidth(),
                sizes.valueWidth(),
                attending.scale() == 0 ? (float) (1 / Math.sqrt(sizes.keyWidth())) : attending.scale(),
                attending.softCap(),
                choices.mask(),
                window,
                choices.positions().maxAlibiBias(),
                attending.sinks() ? weights.parameter(backend, block + "attn_sinks.weight", heads) : null);
        return new SelfAttention(
                qkv,
                new Linear[] {output},
                queryKeyNorm(backend, block + "attn_q_norm", heads),
                queryKeyNorm(backend, block + "attn_k_norm", kvHeads),
                attending.norm() == QueryKeyNorm.REQUIRED_AFTER_ROPE,
                attending.clamp(),
                !choices.positions().rotated().test(i) ? null : window > 0 ? localRope : rope,
                attention,
                slot(i));
    }

    /** Encoders keep nothing from layer to layer, so that all layers share a place in the cache. */
    private int slot(int layer) {
        return choices.mask() == Attention.Mask.SYMMETRIC ? 0 : layer;
    }

    private int positiveHeads(int count) {
        if (count < 1) {
            throw sizes.wrong("attention.head_count", count, "at least 1 in a layer with attention");
        }
        return count;
    }

    private int columns(int heads, int width) {
        long columns = (long) heads * width;
        if (columns > Integer.MAX_VALUE) {
            throw sizes.wrong("attention.head_count", heads, "heads that fit together, each has " + width + " columns");
        }
        return (int) columns;
    }

    /** Over each head where the weights are as long as one head or have a row for each; else over all heads together. */
    private @Nullable Norm queryKeyNorm(Backend backend, String name, int heads) {
        QueryKeyNorm rule = choices.attention().norm();
        if (rule == QueryKeyNorm.NONE || (rule == QueryKeyNorm.OPTIONAL && !weights.has(name + ".weight"))) {
            return null;
        }
        int keyWidth = sizes.keyWidth();
        Tensor weight = weights.tensor(name + ".weight");
        boolean perHead = weight.columns() == keyWidth;
        long[] shape = perHead && weight.rows() > 1
                ? new long[] {keyWidth, heads}
                : new long[] {perHead ? keyWidth : (long) heads * keyWidth};
        return new Norm(
                choices.norms().kind(),
                weights.parameter(backend, name + ".weight", shape),
                weights.optional(backend, name + ".bias", shape),
                choices.norms().epsilon(),
                perHead ? keyWidth : 0);
    }

    private LatentAttention latentAttention(Backend backend, int i) {
        String block = block(i);
        Rope rotation = Objects.requireNonNull(rope);
        int heads = positiveHeads(sizes.heads(i));
        int shared = rotation.width();
        int latent = sizes.positive("attention.kv_lora_rank");
        int compressed = sizes.integer("attention.q_lora_rank", 0);
        boolean absorbed = weights.has(block + "attn_k_b.weight");
        int keyWidth = sizes.integer("attention.key_length_mla", sizes.keyWidth());
        int valueWidth = sizes.integer("attention.value_length_mla", sizes.valueWidth());
        int plain = keyWidth - shared;
        if (plain < 1) {
            throw sizes.wrong("rope.dimension_count", shared, "less than a head's width, " + keyWidth);
        }
        boolean compresses = compressed > 0 && weights.has(block + "attn_q_a.weight");
        Linear query = compresses
                ? weights.linear(backend, block + "attn_q_b", compressed, columns(heads, keyWidth))
                : weights.linear(backend, block + "attn_q", sizes.width(), columns(heads, keyWidth));
        Attention attention = new Attention(
                heads,
                absorbed ? 1 : heads,
                absorbed ? latent + shared : keyWidth,
                absorbed ? latent : valueWidth,
                choices.attention().scale(),
                0,
                choices.mask(),
                0,
                0,
                null);
        return new LatentAttention(
                compresses
                        ? new Linear[] {weights.linear(backend, block + "attn_q_a", sizes.width(), compressed)}
                        : null,
                compresses ? norm(backend, block + "attn_q_a_norm", compressed) : null,
                new Linear[] {query},
                weights.parts(backend, block + "attn_kv_a_mqa", sizes.width(), latent, shared),
                norm(backend, block + "attn_kv_a_norm", latent),
                absorbed
                        ? absorbed(backend, block, heads, latent, plain, valueWidth)
                        : expanded(backend, block, heads, latent, plain, valueWidth),
                new Linear[] {
                    weights.linear(backend, block + "attn_output", columns(heads, valueWidth), sizes.width())
                },
                rotation,
                new Rope(rotation.style(), 0, rotation.frequencies(), rotation.magnitude()),
                plain,
                attention,
                i);
    }

    private LatentAttention.Expansion absorbed(
            Backend backend, String block, int heads, int latent, int plain, int valueWidth) {
        Linear[] keys = weights.stacked(backend, block + "attn_k_b", plain, latent, 1, heads);
        Linear[] values = weights.stacked(backend, block + "attn_v_b", latent, valueWidth, 1, heads);
        return new LatentAttention.Absorbed(
                Arrays.stream(keys).map(key -> new Linear[] {key}).toArray(Linear[][]::new),
                Arrays.stream(values).map(Linear::weight).toArray(Matrix[]::new));
    }

    /** The older layout has for each head its key's rows, then its value's. */
    private LatentAttention.Expansion expanded(
            Backend backend, String block, int heads, int latent, int plain, int valueWidth) {
        int[] rows = new int[2 * heads];
        for (int head = 0; head < heads; head++) {
            rows[2 * head] = plain;
            rows[2 * head + 1] = valueWidth;
        }
        Linear[] alternating = weights.parts(backend, block + "attn_kv_b", latent, rows);
        Linear[] sorted = new Linear[2 * heads];
        for (int head = 0; head < heads; head++) {
            sorted[head] = alternating[2 * head];
            sorted[heads + head] = alternating[2 * head + 1];
        }
        return new LatentAttention.Expanded(sorted);
    }

    private SelectiveScan selectiveScan(Backend backend, int i) {
        String block = block(i);
        int inner = sizes.positive("ssm.inner_size");
        int states = sizes.positive("ssm.state_size");
        int rank = sizes.positive("ssm.time_step_rank");
        int width = sizes.positive("ssm.conv_kernel");
        boolean normalises = sizes.bool("ssm.dt_b_c_rms", false);
        return new SelectiveScan(
                weights.parts(backend, block + "ssm_in", sizes.width(), inner, inner),
                weights.parameter(backend, block + "ssm_conv1d.weight", width, inner),
                weights.optional(backend, block + "ssm_conv1d.bias", inner),
                width,
                weights.parts(backend, block + "ssm_x", inner, rank, states, states),
                normalises ? new Norm(Norm.Kind.RMS, null, null, choices.norms().epsilon(), 0) : null,
                new Linear[] {weights.linear(backend, block + "ssm_dt", rank, inner)},
                weights.parameter(backend, block + "ssm_a", states, inner),
                weights.parameter(backend, block + "ssm_d", inner),
                new Linear[] {weights.linear(backend, block + "ssm_out", inner, sizes.width())},
                states,
                i);
    }

    private ShortConvolution shortConvolution(Backend backend, int i) {
        String block = block(i);
        int columns = sizes.width();
        int width = sizes.positive("shortconv.l_cache");
        return new ShortConvolution(
                weights.parts(backend, block + "shortconv.in_proj", columns, columns, columns, columns),
                weights.parameter(backend, block + "shortconv.conv.weight", width, columns),
                width,
                new Linear[] {weights.linear(backend, block + "shortconv.out_proj", columns, columns)},
                i);
    }

    private FeedForward feedForward(Backend backend, int i) {
        boolean mixes =
                sizes.integer("expert_count", 0) > 0 && i >= sizes.integer("leading_dense_block_count", 0);
        return mixes ? mixtureOfExperts(backend, i) : denseFeedForward(backend, i);
    }

    private DenseFeedForward denseFeedForward(Backend backend, int i) {
        int inner = sizes.feedForward(i) / (choices.feeding().lengthOfBoth() ? 2 : 1);
        return denseFeedForward(backend, block(i) + "ffn_%s", inner);
    }

    /** @param names of the three projections, {@code %s} standing for gate, up and down */
    private DenseFeedForward denseFeedForward(Backend backend, String names, int inner) {
        String gate = names.formatted("gate");
        String up = names.formatted("up");
        int width = sizes.width();
        Linear[] in;
        if (weights.has(gate + ".weight")) {
            in = new Linear[] {
                weights.linear(backend, gate, width, inner), weights.linear(backend, up, width, inner)
            };
        } else if (weights.tensor(up + ".weight").rows() == 2L * inner) {
            in = weights.parts(backend, up, width, inner, inner);
        } else if (choices.feeding().gated()) {
            throw weights.wrong(
                    weights.tensor(up + ".weight"),
                    weights.tensor(up + ".weight").shapeText() + " without " + gate + ".weight",
                    "[%d, %d], gate and up in one".formatted(width, 2L * inner));
        } else {
            in = new Linear[] {weights.linear(backend, up, width, inner)};
        }
        Linear down = weights.linear(backend, names.formatted("down"), inner, width);
        return new DenseFeedForward(in, choices.feeding().activation(), new Linear[] {down});
    }

    private MixtureOfExperts mixtureOfExperts(Backend backend, int i) {
        String block = block(i);
        int count = sizes.positive("expert_count");
        int used = sizes.positive("expert_used_count");
        if (used > count) {
            throw sizes.wrong("expert_used_count", used, "at most expert_count, " + count);
        }
        Linear router = weights.linear(backend, block + "ffn_gate_inp", sizes.width(), count);
        boolean shares = weights.has(block + "ffn_up_shexp.weight");
        boolean weighs = shares && weights.has(block + "ffn_gate_inp_shexp.weight");
        return new MixtureOfExperts(
                new Linear[] {router},
                experts(backend, i, count, used),
                shares ? sharedExpert(backend, block) : null,
                weighs ? new Linear[] {weights.linear(backend, block + "ffn_gate_inp_shexp", sizes.width(), 1)} : null);
    }

    private DenseFeedForward sharedExpert(Backend backend, String block) {
        int inner = sizes.integer("expert_shared_feed_forward_length", 0);
        int rows = (int) Math.min(Integer.MAX_VALUE, weights.tensor(block + "ffn_up_shexp.weight").rows());
        return denseFeedForward(backend, block + "ffn_%s_shexp", inner > 0 ? inner : rows);
    }

    private Experts experts(Backend backend, int i, int count, int used) {
        String block = block(i);
        int width = sizes.width();
        int inner = expertColumns(i, used);
        Linear[] gate = null;
        Linear[] up;
        if (weights.has(block + "ffn_gate_up_exps.weight")) {
            Linear[] both = weights.stacked(backend, block + "ffn_gate_up_exps", width, inner, 2, count);
            gate = new Linear[count];
            up = new Linear[count];
            for (int expert = 0; expert < count; expert++) {
                gate[expert] = both[2 * expert];
                up[expert] = both[2 * expert + 1];
            }
        } else {
            if (weights.has(block + "ffn_gate_exps.weight")) {
                gate = weights.stacked(backend, block + "ffn_gate_exps", width, inner, 1, count);
            }
            up = weights.stacked(backend, block + "ffn_up_exps", width, inner, 1, count);
        }
        Feeding feeding = choices.feeding();
        Activation activation = feeding.activation();
        int groups = Math.max(1, sizes.integer("expert_group_count", 1));
        if (count % groups != 0) {
            throw sizes.wrong("expert_group_count", groups, "a divisor of expert_count, " + count);
        }
        return new Experts(
                gate,
                up,
                weights.stacked(backend, block + "ffn_down_exps", inner, width, 1, count),
                activation,
                used,
                feeding.gating(),
                feeding.normalised(),
                feeding.weightScale() == 0 ? 1 : feeding.weightScale(),
                weights.has(block + "exp_probs_b.bias") ? weights.values(block + "exp_probs_b.bias", count) : null,
                groups,
                Math.max(1, sizes.integer("expert_group_used_count", 1)));
    }

    /**
     * Columns between an expert's projections. Files without a length of their own for it give that of one expert, or, older
     * Qwen ones, of all that are used together.
     */
    private int expertColumns(int i, int used) {
        int said = sizes.integer("expert_feed_forward_length", 0);
        if (said > 0) {
            return said;
        }
        int together = sizes.feedForward(i);
        int found = weights.tensor(block(i) + "ffn_down_exps.weight").columns();
        return found == together / used ? found : together;
    }
}
