package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Segment;
import java.util.List;

/**
 * The size rules that several operations share; each failure names the operand, what was found and what was expected.
 */
final class Require {
    private Require() {}

    static void count(String operand, int[] indices, int count) {
        if (count < 0 || count > indices.length) {
            throw new IllegalArgumentException(
                    "%s: %d wanted, the array has %d".formatted(operand, count, indices.length));
        }
    }

    static void index(String operand, int index, int limit) {
        if (index < 0 || index >= limit) {
            throw new IllegalArgumentException("%s is %d, expected 0 to %d".formatted(operand, index, limit - 1));
        }
    }

    /** The number of heads of {@code width} columns that there are. */
    static int heads(String operand, int columns, int width) {
        if (width < 1 || columns % width != 0) {
            throw new IllegalArgumentException(
                    "%s has %d columns, expected a multiple of %d".formatted(operand, columns, width));
        }
        return columns / width;
    }

    /** Segments lie within the rows of x. */
    static void segments(String operand, VulkanActivations x, List<Segment> segments) {
        for (Segment s : segments) {
            if (s.row() < 0
                    || s.rows() < 0
                    || s.position() < 0
                    || s.base() < 0
                    || (long) s.row() + s.rows() > x.rows()) {
                throw new IllegalArgumentException("%s has %d rows, segment wants rows %d to %d (base %d, position %d)"
                        .formatted(operand, x.rows(), s.row(), (long) s.row() + s.rows(), s.base(), s.position()));
            }
        }
    }
}
