package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Linear;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same projection of every expert of a layer, for products that take the expert from the device's memory. Experts
 * whose matrices lie at equal distances in one block, as they do when they were uploaded one after the other, are bound
 * together; where that ends, or a binding may span no more, another range begins.
 */
final class ExpertStack {
    private static final int FEW_PER_EXPERT = 4;

    /** {@code part} is the first expert's, the next one's is {@code step} bytes further. */
    private record Range(int first, int experts, VulkanMatrix.Part part, long step) {
        Dispatch bind(Dispatch dispatch) {
            long distance = (experts - 1) * step;
            dispatch.bind(part.region(), 0, distance + part.quantBytes(), false);
            return part.scaleBytes() == 0
                    ? dispatch.bind(part.region(), 0, part.quantBytes(), false)
                    : dispatch.bind(part.region(), part.scalesAt(), distance + part.scaleBytes(), false);
        }
    }

    private final Linear[] experts;
    private final VulkanMatrix first;
    private final List<Range> ranges = new ArrayList<>();
    private final @Nullable Region biases; // [experts x rows]

    ExpertStack(Gpu gpu, Linear[] experts) {
        this.experts = experts;
        first = VulkanMatrix.of(experts[0].weight());
        for (Linear expert : experts) {
            VulkanMatrix matrix = VulkanMatrix.of(expert.weight());
            if (matrix.rows() != first.rows()
                    || matrix.columns() != first.columns()
                    || !matrix.variant().equals(first.variant())) {
                throw new IllegalArgumentException("%s is %s [%d x %d], the first expert's %s [%d x %d]"
                        .formatted(
                                matrix.name(),
                                matrix.variant(),
                                matrix.rows(),
                                matrix.columns(),
                                first.variant(),
                                first.rows(),
                                first.columns()));
            }
        }
        for (int part = 0; part < first.parts().size(); part++) {
            int from = 0;
            while (from < experts.length) {
                Range range = range(gpu.device().storageRange(), from, part);
                ranges.add(range);
                from += range.experts();
            }
        }
        biases = biases(gpu);
        gpu.recorder().submit(); // barriers look at the first expert of a range only: uploads are behind this one
    }

    private Range range(long span, int from, int part) {
        VulkanMatrix.Part begin = part(from, part);
        long step = 0;
        int count = 1;
        while (from + count < experts.length) {
            Region last = part(from + count - 1, part).region();
            Region next = part(from + count, part).region();
            long distance = next.offset() - last.offset();
            boolean regular = next.block() == last.block() && distance > 0 && (count == 1 || distance == step);
            if (!regular || count * distance + Math.max(begin.quantBytes(), begin.scaleBytes()) > span) {
                break;
            }
            step = distance;
            count++;
        }
        return new Range(from, count, begin, step);
    }

    private VulkanMatrix.Part part(int expert, int part) {
        return VulkanMatrix.of(experts[expert].weight()).parts().get(part);
    }

    private @Nullable Region biases(Gpu gpu) {
        int rows = first.rows();
        Region all = null;
        for (int e = 0; e < experts.length; e++) {
            VulkanParameter bias = VulkanParameter.ofNullable(experts[e].bias(), "bias of an expert", rows);
            if (bias != null) {
                all = all == null ? gpu.allocate(4L * experts.length * rows, "biases of experts") : all;
                gpu.recorder().copy(bias.region(), 0, all, 4L * e * rows, 4L * rows);
            }
        }
        return all;
    }

    /** Whether it was made of these. */
    boolean is(Linear[] other) {
        return experts == other;
    }

    /** Gives the biases back. */
    void release(Gpu gpu) {
        if (biases != null) {
            gpu.free(biases);
        }
    }

    /** Rows of each matrix. */
    int rows() {
        return first.rows();
    }

    /** Whether the slots of {@code rows} rows are so few that each is best multiplied by itself. */
    static boolean few(int rows, int slots, int experts) {
        return rows <= Products.FEW || slots < FEW_PER_EXPERT * experts;
    }

    /**
     * y row s = x row x0 + s / share times the matrix of slot s's expert, for each slot of {@code rows} rows; where they
     * are not {@link #few}, they must be ordered.
     */
    void multiply(Gpu gpu, VulkanActivations x, int x0, int share, ExpertChoice choice, int rows, VulkanActivations y) {
        int slots = y.rows();
        boolean few = few(rows, slots, experts.length);
        VulkanActivations.of(x, "input of " + first.name(), first.columns());
        String kind = few ? "matvecx" + gpu.subgroups() : "matmulx" + gpu.precision(first);
        for (Range range : ranges) {
            VulkanMatrix.Part part = range.part();
            Dispatch dispatch = range.bind(gpu.dispatch(kind + "_" + first.variant()))
                    .read(x)
                    .write(y)
                    .optionalRegion(biases)
                    .read(few ? choice.experts() : choice.lists())
                    .push(first.columns(), first.stored(), part.rows(), part.firstRow(), slots)
                    .push(biases == null ? 0 : 1, first.rows(), range.first(), range.experts())
                    .push(Math.toIntExact(range.step() / 16), Math.toIntExact(range.step() / 4), share, x0)
                    .work((long) slots * part.rows() * first.columns());
            if (few) {
                dispatch.groups(Products.ceil(part.rows(), Products.ROWS_PER_GROUP), slots);
            } else {
                int tiles = Products.ceil(part.rows(), Products.TILE);
                dispatch.groups(tiles, Products.ceil(rows, Products.TILE), range.experts());
            }
        }
    }
}
