package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Linear;

/** Puts feed-forwards together, dense ones and mixtures of experts. */
final class FeedForwardAssembly {
    private final Feeding feeding;
    private final Hyperparameters sizes;
    private final Weights weights;

    FeedForwardAssembly(Feeding feeding, Hyperparameters sizes, Weights weights) {
        this.feeding = feeding;
        this.sizes = sizes;
        this.weights = weights;
    }

    /** The feed-forward of layer {@code i}. */
    FeedForward of(Backend backend, int i) {
        boolean mixes =
                sizes.integer("expert_count", 0) > 0 && i >= sizes.integer("leading_dense_block_count", 0);
        return mixes ? mixtureOfExperts(backend, i) : denseFeedForward(backend, i);
    }

    private DenseFeedForward denseFeedForward(Backend backend, int i) {
        int inner = sizes.feedForward(i) / (feeding.lengthOfBoth() ? 2 : 1);
        return denseFeedForward(backend, Assembly.block(i) + "ffn_%s", inner);
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
        } else if (feeding.gated()) {
            throw weights.wrong(
                    weights.tensor(up + ".weight"),
                    weights.tensor(up + ".weight").shapeText() + " without " + gate + ".weight",
                    "[%d, %d], gate and up in one".formatted(width, 2L * inner));
        } else {
            in = new Linear[] {weights.linear(backend, up, width, inner)};
        }
        Linear down = weights.linear(backend, names.formatted("down"), inner, width);
        return new DenseFeedForward(in, feeding.activation(), new Linear[] {down});
    }

    private MixtureOfExperts mixtureOfExperts(Backend backend, int i) {
        String block = Assembly.block(i);
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
        String block = Assembly.block(i);
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
        int groups = Math.max(1, sizes.integer("expert_group_count", 1));
        if (count % groups != 0) {
            throw sizes.wrong("expert_group_count", groups, "a divisor of expert_count, " + count);
        }
        return new Experts(
                gate,
                up,
                weights.stacked(backend, block + "ffn_down_exps", inner, width, 1, count),
                feeding.activation(),
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
        int found = weights.tensor(Assembly.block(i) + "ffn_down_exps.weight").columns();
        return found == together / used ? found : together;
    }
}
