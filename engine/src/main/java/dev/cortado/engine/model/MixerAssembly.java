package dev.cortado.engine.model;

import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.model.Architecture.MixerKind;
import dev.cortado.engine.model.Attending.QueryKeyNorm;
import dev.cortado.gguf.Tensor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts attention, scans and convolutions together. */
final class MixerAssembly {
    private final Architecture choices;
    private final Hyperparameters sizes;
    private final Weights weights;
    private final @Nullable Rope rope;
    private final @Nullable Rope localRope;

    MixerAssembly(Architecture choices, Hyperparameters sizes, Weights weights, int contextLength) {
        this.choices = choices;
        this.sizes = sizes;
        this.weights = weights;
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

    /** The mixer of layer {@code i}. */
    Mixer of(Backend backend, int i, MixerKind kind) {
        return switch (kind) {
            case ATTENTION -> selfAttention(backend, i);
            case LATENT_ATTENTION -> latentAttention(backend, i);
            case SELECTIVE_SCAN -> selectiveScan(backend, i);
            case SHORT_CONVOLUTION -> shortConvolution(backend, i);
        };
    }

    private SelfAttention selfAttention(Backend backend, int i) {
        String block = Assembly.block(i);
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
        String block = Assembly.block(i);
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
                compresses ? choices.norms().of(weights, backend, block + "attn_q_a_norm", compressed) : null,
                new Linear[] {query},
                weights.parts(backend, block + "attn_kv_a_mqa", sizes.width(), latent, shared),
                choices.norms().of(weights, backend, block + "attn_kv_a_norm", latent),
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
        String block = Assembly.block(i);
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
        String block = Assembly.block(i);
        int columns = sizes.width();
        int width = sizes.positive("shortconv.l_cache");
        return new ShortConvolution(
                weights.parts(backend, block + "shortconv.in_proj", columns, columns, columns, columns),
                weights.parameter(backend, block + "shortconv.conv.weight", width, columns),
                width,
                new Linear[] {weights.linear(backend, block + "shortconv.out_proj", columns, columns)},
                i);
    }
}
