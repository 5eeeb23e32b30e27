package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Segment;
import org.jspecify.annotations.Nullable;

/** The checks at the entry of an operation; kernels rely on them. All throw {@link IllegalArgumentException}. */
final class Shapes {
    private Shapes() {}

    static void same(String what, int first, int second) {
        if (first != second) {
            throw new IllegalArgumentException("%s differ: %d and %d".formatted(what, first, second));
        }
    }

    /** {@code index} itself, when it is one of {@code count}. */
    static int index(String what, int index, int count) {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException("%s %d, expected 0 to %d".formatted(what, index, count - 1));
        }
        return index;
    }

    /** from to from + size - 1 are some of {@code count}. */
    static void range(String what, int from, int size, int count) {
        if (from < 0 || size < 0 || (long) from + size > count) {
            throw new IllegalArgumentException(
                    "%s %d to %d, expected some of 0 to %d".formatted(what, from, (long) from + size, count));
        }
    }

    static void norm(int columns, Norm norm) {
        int group = norm.group() == 0 ? columns : norm.group();
        if (group < 0 || columns % group != 0) {
            throw new IllegalArgumentException("groups of %d columns do not divide %d columns".formatted(group, columns));
        }
        normVector("weight", norm.weight(), columns, group);
        normVector("bias", norm.bias(), columns, group);
    }

    private static void normVector(String what, @Nullable Parameter vector, int columns, int group) {
        if (vector != null && vector.length() != columns && vector.length() != group) {
            throw new IllegalArgumentException("the norm's %s has %d floats, expected %d or %d"
                    .formatted(what, vector.length(), columns, group));
        }
    }

    static void rope(int columns, int headWidth, Rope rope) {
        if (headWidth < 1 || columns % headWidth != 0) {
            throw new IllegalArgumentException("heads of %d columns do not divide %d columns".formatted(headWidth, columns));
        }
        if (rope.offset() < 0 || rope.offset() + rope.width() > headWidth) {
            throw new IllegalArgumentException("a rotation of columns %d to %d does not fit in heads of %d columns"
                    .formatted(rope.offset(), rope.offset() + rope.width(), headWidth));
        }
    }

    static void cached(Segment segment, CpuKvCache cache, int layer, int rows) {
        index("layer", layer, cache.shape().layers());
        range("rows", segment.row(), segment.rows(), rows);
        long end = (long) segment.base() + segment.position() + segment.rows();
        if (segment.base() < 0 || segment.position() < 0 || end > cache.capacity()) {
            throw new IllegalArgumentException("base %d, position %d and %d tokens do not fit a cache of %d tokens"
                    .formatted(segment.base(), segment.position(), segment.rows(), cache.capacity()));
        }
    }

    static void attention(int queryColumns, int outColumns, Attention attention) {
        same("query columns and heads x key width", queryColumns, attention.heads() * attention.keyWidth());
        same("output columns and heads x value width", outColumns, attention.heads() * attention.valueWidth());
        if (attention.kvHeads() < 1 || attention.heads() % attention.kvHeads() != 0) {
            throw new IllegalArgumentException(
                    "%d key/value heads do not divide %d heads".formatted(attention.kvHeads(), attention.heads()));
        }
        if (attention.sinks() != null) {
            same("sinks and heads", attention.sinks().length(), attention.heads());
        }
    }

    static void attended(KvShape shape, int layer, Attention attention) {
        same("cached key width and key heads", shape.keyWidths()[layer], attention.kvHeads() * attention.keyWidth());
        int values = shape.valueWidths()[layer];
        if (values != 0) {
            same("cached value width and value heads", values, attention.kvHeads() * attention.valueWidth());
        } else if (attention.valueWidth() > attention.keyWidth()) {
            throw new IllegalArgumentException("values of %d columns cannot be the head of keys of %d columns"
                    .formatted(attention.valueWidth(), attention.keyWidth()));
        }
    }

    static void experts(CpuActivations in, CpuActivations router, Experts experts, CpuActivations out) {
        int count = experts.up().length;
        same("router columns and experts", router.columns(), count);
        same("router rows and input rows", router.rows(), in.rows());
        same("columns of input and output", in.columns(), out.columns());
        if (experts.used() < 1 || experts.used() > count) {
            throw new IllegalArgumentException("%d of %d experts are to be used".formatted(experts.used(), count));
        }
        if (experts.groups() > 1 && count % experts.groups() != 0) {
            throw new IllegalArgumentException("%d groups do not divide %d experts".formatted(experts.groups(), count));
        }
    }
}
