package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Experts;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A mixture of experts. The tokens of a batch are ordered by expert, so that each expert's weights are read once; all
 * experts' first projections run in one region, and all their second ones in another.
 */
final class Mixture {
    private final ExpertChoice choice = new ExpertChoice();
    /** Expert and weight of a token's rank, [token][rank], and the row where its work is done. */
    private int[] chosen = {};
    private float[] weights = {};
    private int[] places = {};
    /** Row where an expert's tokens begin. */
    private int[] firstPlace = {};
    private @Nullable CpuActivations gathered;
    private @Nullable CpuActivations gate;
    private @Nullable CpuActivations up;
    private @Nullable CpuActivations down;

    /** out = mixture of in; see {@link Experts}. */
    void run(
            WorkerPool.Region region,
            CpuActivations in,
            CpuActivations router,
            Experts experts,
            CpuActivations out,
            FloatKernels kernels) {
        int tokens = in.rows();
        int used = experts.used();
        choose(router, experts, tokens);
        CpuActivations input = in;
        if (tokens > 1) {
            input = sized(gathered, tokens * used, in.columns());
            gathered = input;
            for (int i = 0; i < tokens * used; i++) {
                int token = i / used;
                System.arraycopy(in.data, in.at(token), input.data, input.at(places[i]), in.columns());
            }
        }
        int width = experts.up()[0].weight().rows();
        CpuActivations wide = sized(up, tokens * used, width);
        up = wide;
        CpuActivations gates = wide;
        if (experts.gate() != null) {
            gates = sized(gate, tokens * used, width);
            gate = gates;
        }
        project(region, experts, input, gates, wide, tokens, kernels);
        region.bench
                .rows
                .activation(experts.activation())
                .x(gates)
                .y(experts.gate() == null ? null : wide)
                .z(wide)
                .exponentials(kernels.exponentials())
                .compute(0, tokens * used, Gate.KERNEL);
        CpuActivations narrow = sized(down, tokens * used, out.columns());
        down = narrow;
        for (int e = 0; e < experts.down().length; e++) {
            int rows = firstPlace[e + 1] - firstPlace[e];
            if (rows > 0) {
                region.bench.products.add(
                        wide, firstPlace[e], rows, experts.down()[e], narrow, firstPlace[e], region.threads());
            }
        }
        region.bench.products.run(region, kernels);
        combine(narrow, out, tokens, used);
    }

    /** All tokens' experts, and the rows ordered by expert, tokens in order within one. */
    private void choose(CpuActivations router, Experts experts, int tokens) {
        int count = experts.up().length;
        int used = experts.used();
        if (chosen.length < tokens * used) {
            chosen = new int[tokens * used];
            weights = new float[tokens * used];
            places = new int[tokens * used];
        }
        if (firstPlace.length < count + 1) {
            firstPlace = new int[count + 1];
        }
        Arrays.fill(firstPlace, 0);
        for (int token = 0; token < tokens; token++) {
            choice.choose(router.data, router.at(token), experts);
            for (int rank = 0; rank < used; rank++) {
                chosen[token * used + rank] = choice.expert(rank);
                weights[token * used + rank] = choice.weight(rank);
                firstPlace[choice.expert(rank) + 1]++;
            }
        }
        for (int e = 0; e < count; e++) {
            firstPlace[e + 1] += firstPlace[e];
        }
        for (int i = 0; i < tokens * used; i++) {
            places[i] = firstPlace[chosen[i]]++;
        }
        // Every entry was advanced to the beginning of the next expert.
        System.arraycopy(firstPlace, 0, firstPlace, 1, count);
        firstPlace[0] = 0;
    }

    private void project(
            WorkerPool.Region region,
            Experts experts,
            CpuActivations input,
            CpuActivations gates,
            CpuActivations wide,
            int tokens,
            FloatKernels kernels) {
        Products products = region.bench.products;
        for (int e = 0; e < experts.up().length; e++) {
            int at = firstPlace[e];
            int rows = firstPlace[e + 1] - at;
            if (rows == 0) {
                continue;
            }
            int from = tokens > 1 ? at : 0;
            if (experts.gate() != null) {
                products.add(input, from, rows, experts.gate()[e], gates, at, region.threads());
            }
            products.add(input, from, rows, experts.up()[e], wide, at, region.threads());
        }
        products.run(region, kernels);
    }

    private void combine(CpuActivations narrow, CpuActivations out, int tokens, int used) {
        for (int token = 0; token < tokens; token++) {
            int to = out.at(token);
            Arrays.fill(out.data, to, to + out.columns(), 0);
            for (int i = token * used; i < (token + 1) * used; i++) {
                int from = narrow.at(places[i]);
                for (int c = 0; c < out.columns(); c++) {
                    out.data[to + c] = Math.fma(narrow.data[from + c], weights[i], out.data[to + c]);
                }
            }
        }
    }

    /** The same rows if they are enough and of this width, else new ones. */
    private static CpuActivations sized(@Nullable CpuActivations old, int rows, int columns) {
        CpuActivations sized = old != null && old.capacity() >= rows && old.columns() == columns
                ? old
                : CpuActivations.zeroed(rows, columns);
        sized.rows(rows);
        return sized;
    }
}
