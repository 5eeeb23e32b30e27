package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Segment;
import java.util.List;

/** The size rules of the operations; each failure names operation, operand, what was found and what was expected. */
final class Shapes {
    private Shapes() {}

    static void columns(String operand, Activations x, long expected) {
        if (x.columns() != expected) {
            throw new IllegalArgumentException(
                    "%s has %d columns, expected %d".formatted(operand, x.columns(), expected));
        }
    }

    static void rows(String operand, Activations x, int expected) {
        if (x.rows() != expected) {
            throw new IllegalArgumentException("%s has %d rows, expected %d".formatted(operand, x.rows(), expected));
        }
    }

    static void length(String operand, Parameter p, long expected) {
        if (p.length() != expected) {
            throw new IllegalArgumentException(
                    "%s has %d floats, expected %d".formatted(operand, p.length(), expected));
        }
    }

    /** The number of heads of {@code headWidth} columns that x consists of. */
    static int heads(String operand, Activations x, int headWidth) {
        if (headWidth < 1 || x.columns() % headWidth != 0) {
            throw new IllegalArgumentException(
                    "%s has %d columns, expected a multiple of %d".formatted(operand, x.columns(), headWidth));
        }
        return x.columns() / headWidth;
    }

    static void count(String operand, int[] indices, int count) {
        if (count < 0 || count > indices.length) {
            throw new IllegalArgumentException(
                    "%s: %d wanted, the array has %d".formatted(operand, count, indices.length));
        }
    }

    /** An index from the caller's data, such as a token id. */
    static int index(String operand, int index, int limit) {
        if (index < 0 || index >= limit) {
            throw new IllegalArgumentException("%s is %d, expected 0 to %d".formatted(operand, index, limit - 1));
        }
        return index;
    }

    /** Segments lie within the rows of x. */
    static void segments(String operand, Activations x, List<Segment> segments) {
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
