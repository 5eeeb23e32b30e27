package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Segment;
import dev.cortado.gguf.Tensor;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What every operation means, in plain scalar loops: slow, obvious, always right. Sums are float64, results are rounded
 * to float32 once. Every other backend is tested against this one. Each operation runs at once in the calling thread.
 */
public final class ReferenceBackend implements Backend {
    /** The device's name. */
    public static final String NAME = "reference";

    private volatile boolean closed;

    /** An open backend; it owns nothing but what it hands out. */
    public ReferenceBackend() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Matrix matrix(Tensor tensor) {
        open();
        return new ReferenceMatrix(tensor);
    }

    @Override
    public void release(Matrix matrix) {
        ReferenceMatrix.of(matrix).release();
    }

    @Override
    public Parameter parameter(float[] values) {
        open();
        return new ReferenceParameter(values);
    }

    @Override
    public Activations activations(int capacity, int columns) {
        open();
        return new ReferenceActivations(capacity, columns);
    }

    @Override
    public KvCache kvCache(KvShape shape, int capacity) {
        open();
        return new ReferenceKvCache(shape, capacity);
    }

    @Override
    public void embed(Matrix table, int[] ids, int count, Activations out) {
        ReferenceMatrix rows = ReferenceMatrix.of(table);
        Shapes.count("ids", ids, count);
        Shapes.columns("out", out, table.columns());
        ReferenceActivations y = output(out, count);
        float[] row = new float[table.columns()];
        for (int i = 0; i < count; i++) {
            rows.row(Shapes.index("id", ids[i], table.rows()), row);
            y.write(i, row, 0);
        }
    }

    @Override
    public void matmul(Activations in, Linear[] layers, Activations[] outs) {
        if (layers.length != outs.length) {
            throw new IllegalArgumentException("%d outputs for %d layers".formatted(outs.length, layers.length));
        }
        ReferenceActivations x = input(in);
        for (int j = 0; j < layers.length; j++) {
            Matrix weight = layers[j].weight();
            Parameter bias = layers[j].bias();
            Shapes.columns("input of " + weight.name(), in, weight.columns());
            Shapes.columns("output of " + weight.name(), outs[j], weight.rows());
            if (bias != null) {
                Shapes.length("bias of " + weight.name(), bias, weight.rows());
            }
            product(x, 0, ReferenceMatrix.of(weight), output(outs[j], x.rows()), 0);
            if (bias != null) {
                addParameter(outs[j], bias);
            }
        }
    }

    @Override
    public void matmulPerHead(Activations in, Matrix[] heads, Activations out) {
        ReferenceActivations x = input(in);
        for (Matrix head : heads) {
            Shapes.columns("input of " + head.name(), in, (long) heads.length * head.columns());
            Shapes.columns("output of " + head.name(), out, (long) heads.length * head.rows());
        }
        ReferenceActivations y = output(out, x.rows());
        for (int h = 0; h < heads.length; h++) {
            product(x, h * heads[h].columns(), ReferenceMatrix.of(heads[h]), y, h * heads[h].rows());
        }
    }

    /** Columns of y from {@code to} = W times the columns of x from {@code from}, for each row. */
    private static void product(ReferenceActivations x, int from, ReferenceMatrix w, ReferenceActivations y, int to) {
        float[] weights = new float[w.columns()];
        for (int output = 0; output < w.rows(); output++) {
            w.row(output, weights);
            for (int row = 0; row < x.rows(); row++) {
                double sum = 0;
                for (int c = 0; c < weights.length; c++) {
                    sum += (double) weights[c] * x.get(row, from + c);
                }
                y.set(row, to + output, (float) sum);
            }
        }
    }

    @Override
    public void norm(Activations in, Norm norm, Activations out) {
        ReferenceActivations x = input(in);
        Shapes.columns("out", out, in.columns());
        int group = norm.group() == 0 ? in.columns() : norm.group();
        int groups = Shapes.heads("in", in, group);
        ReferenceParameter weight = normParameter("weight", norm.weight(), in.columns(), group);
        ReferenceParameter bias = normParameter("bias", norm.bias(), in.columns(), group);
        ReferenceActivations y = output(out, x.rows());
        for (int row = 0; row < x.rows(); row++) {
            for (int g = 0; g < groups; g++) {
                normalise(x, row, g * group, group, norm, weight, bias, y);
            }
        }
    }

    private static @Nullable ReferenceParameter normParameter(
            String operand, @Nullable Parameter p, int columns, int group) {
        if (p != null && p.length() != group) {
            Shapes.length(operand, p, columns);
        }
        return ReferenceParameter.ofNullable(p);
    }

    private static void normalise(
            ReferenceActivations x,
            int row,
            int from,
            int count,
            Norm norm,
            @Nullable ReferenceParameter weight,
            @Nullable ReferenceParameter bias,
            ReferenceActivations y) {
        double mean = 0;
        if (norm.kind() == Norm.Kind.LAYER) {
            for (int c = from; c < from + count; c++) {
                mean += x.get(row, c);
            }
            mean /= count;
        }
        double squares = 0;
        for (int c = from; c < from + count; c++) {
            squares += (x.get(row, c) - mean) * (x.get(row, c) - mean);
        }
        double divisor = Math.sqrt(squares / count + norm.epsilon());
        for (int c = from; c < from + count; c++) {
            double value = (x.get(row, c) - mean) / divisor;
            if (weight != null) {
                value *= weight.get(weight.length() == count ? c - from : c);
            }
            if (bias != null) {
                value += bias.get(bias.length() == count ? c - from : c);
            }
            y.set(row, c, (float) value);
        }
    }

    @Override
    public void rope(Activations x, int headWidth, Rope rope, List<Segment> segments) {
        ReferenceActivations rows = input(x);
        int heads = Shapes.heads("x", x, headWidth);
        Rotation.require(rope, headWidth);
        Shapes.segments("x", x, segments);
        float[] row = new float[x.columns()];
        for (Segment s : segments) {
            for (int r = 0; r < s.rows(); r++) {
                rows.read(s.row() + r, row, 0);
                for (int h = 0; h < heads; h++) {
                    Rotation.rotate(row, h * headWidth, rope, s.position() + r, rope.magnitude());
                }
                rows.write(s.row() + r, row, 0);
            }
        }
    }

    @Override
    public void store(Activations k, @Nullable Activations v, List<Segment> segments, int layer) {
        Shapes.segments("k", k, segments);
        if (v != null) {
            Shapes.segments("v", v, segments);
        }
        for (Segment s : segments) {
            ReferenceKvCache cache = ReferenceKvCache.of(s, layer);
            int keyWidth = cache.shape().keyWidths()[layer];
            int valueWidth = cache.shape().valueWidths()[layer];
            Shapes.columns("k", k, keyWidth);
            copyRows(input(k), s, cache, cache.keys(layer), keyWidth);
            if (v != null) {
                Shapes.columns("v", v, valueWidth);
                copyRows(input(v), s, cache, cache.values(layer), valueWidth);
            } else if (valueWidth != 0) {
                throw new IllegalArgumentException(
                        "no v, layer %d of the cache expects %d floats".formatted(layer, valueWidth));
            }
        }
    }

    private static void copyRows(ReferenceActivations x, Segment s, ReferenceKvCache cache, float[] rows, int width) {
        float[] row = new float[width];
        for (int r = 0; r < s.rows(); r++) {
            x.read(s.row() + r, row, 0);
            cache.put(rows, width, s.base() + s.position() + r, row);
        }
    }

    @Override
    public void attend(Activations q, Activations out, List<Segment> segments, int layer, Attention attention) {
        ReferenceActivations queries = input(q);
        int heads = attention.heads();
        int kvHeads = attention.kvHeads();
        if (kvHeads < 1 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "%d query heads on %d key heads, expected a multiple".formatted(heads, kvHeads));
        }
        Shapes.columns("q", q, (long) heads * attention.keyWidth());
        Shapes.columns("out", out, (long) heads * attention.valueWidth());
        Shapes.segments("q", q, segments);
        ReferenceParameter sinks = ReferenceParameter.ofNullable(attention.sinks());
        if (sinks != null) {
            Shapes.length("sinks", sinks, heads);
        }
        ReferenceActivations y = output(out, q.rows());
        for (Segment s : segments) {
            ReferenceKvCache cache = ReferenceKvCache.of(s, layer);
            requireCacheWidths(cache.shape(), layer, attention);
            boolean valuesAreKeys = cache.shape().valueWidths()[layer] == 0;
            float[] keys = cache.keys(layer);
            RowAttention rows = new RowAttention(attention, keys, valuesAreKeys ? keys : cache.values(layer), sinks);
            for (int r = 0; r < s.rows(); r++) {
                for (int head = 0; head < heads; head++) {
                    rows.attend(queries, y, s, r, head);
                }
            }
        }
    }

    private static void requireCacheWidths(KvShape shape, int layer, Attention attention) {
        int keyWidth = shape.keyWidths()[layer];
        int valueWidth = shape.valueWidths()[layer];
        int kvHeads = attention.kvHeads();
        if (keyWidth != kvHeads * attention.keyWidth()
                || (valueWidth == 0
                        ? attention.valueWidth() > attention.keyWidth()
                        : valueWidth != kvHeads * attention.valueWidth())) {
            throw new IllegalArgumentException(
                    "layer %d of the cache has keys of %d and values of %d floats, attention expects %d heads of %d and %d"
                            .formatted(
                                    layer,
                                    keyWidth,
                                    valueWidth,
                                    kvHeads,
                                    attention.keyWidth(),
                                    attention.valueWidth()));
        }
    }

    @Override
    public void activate(Activation f, Activations gate, @Nullable Activations up, Activations out) {
        ReferenceActivations g = input(gate);
        ReferenceActivations u = up == null ? null : input(up);
        Shapes.columns("out", out, gate.columns());
        if (u != null) {
            Shapes.columns("up", u, gate.columns());
            Shapes.rows("up", u, gate.rows());
        }
        ReferenceActivations y = output(out, gate.rows());
        for (int row = 0; row < y.rows(); row++) {
            for (int c = 0; c < y.columns(); c++) {
                Double factor = u == null ? null : Double.valueOf(u.get(row, c));
                y.set(row, c, (float) Nonlinearity.of(f, g.get(row, c), factor));
            }
        }
    }

    @Override
    public void add(Activations x, Activations y, float factor) {
        ReferenceActivations sum = input(x);
        ReferenceActivations other = input(y);
        Shapes.columns("y", y, x.columns());
        Shapes.rows("y", y, x.rows());
        for (int row = 0; row < sum.rows(); row++) {
            for (int c = 0; c < sum.columns(); c++) {
                sum.set(row, c, (float) (sum.get(row, c) + (double) factor * other.get(row, c)));
            }
        }
    }

    @Override
    public void multiply(Activations x, Activations y) {
        ReferenceActivations product = input(x);
        ReferenceActivations other = input(y);
        boolean perRow = y.columns() == 1;
        if (!perRow) {
            Shapes.columns("y", y, x.columns());
        }
        Shapes.rows("y", y, x.rows());
        for (int row = 0; row < product.rows(); row++) {
            for (int c = 0; c < product.columns(); c++) {
                product.set(row, c, product.get(row, c) * other.get(row, perRow ? 0 : c));
            }
        }
    }

    @Override
    public void scale(Activations x, float factor) {
        each(x, value -> value * factor);
    }

    @Override
    public void addParameter(Activations x, Parameter p) {
        ReferenceActivations sum = input(x);
        ReferenceParameter vector = ReferenceParameter.of(p);
        Shapes.length("p", p, x.columns());
        for (int row = 0; row < sum.rows(); row++) {
            for (int c = 0; c < sum.columns(); c++) {
                sum.set(row, c, sum.get(row, c) + vector.get(c));
            }
        }
    }

    @Override
    public void multiplyParameter(Activations x, Parameter p) {
        ReferenceActivations product = input(x);
        ReferenceParameter vector = ReferenceParameter.of(p);
        Shapes.length("p", p, x.columns());
        for (int row = 0; row < product.rows(); row++) {
            for (int c = 0; c < product.columns(); c++) {
                product.set(row, c, product.get(row, c) * vector.get(c));
            }
        }
    }

    @Override
    public void clamp(Activations x, float limit) {
        if (!(limit >= 0)) {
            throw new IllegalArgumentException("limit %s, expected at least 0".formatted(limit));
        }
        each(x, value -> Math.clamp(value, -(double) limit, limit));
    }

    @Override
    public void softCap(Activations x, float cap) {
        each(x, value -> cap * Math.tanh(value / cap));
    }

    @Override
    public void sigmoid(Activations x) {
        each(x, Nonlinearity::sigmoid);
    }

    private void each(Activations x, DoubleUnaryOperator f) {
        ReferenceActivations values = input(x);
        for (int row = 0; row < values.rows(); row++) {
            for (int c = 0; c < values.columns(); c++) {
                values.set(row, c, (float) f.applyAsDouble(values.get(row, c)));
            }
        }
    }

    @Override
    public void copy(Activations in, Activations out) {
        ReferenceActivations x = input(in);
        Shapes.columns("out", out, in.columns());
        ReferenceActivations y = output(out, in.rows());
        float[] row = new float[in.columns()];
        for (int r = 0; r < x.rows(); r++) {
            x.read(r, row, 0);
            y.write(r, row, 0);
        }
    }

    @Override
    public void gather(Activations in, int[] rows, int count, Activations out) {
        ReferenceActivations x = input(in);
        Shapes.count("rows", rows, count);
        Shapes.columns("out", out, in.columns());
        ReferenceActivations y = output(out, count);
        float[] row = new float[in.columns()];
        for (int i = 0; i < count; i++) {
            x.read(rows[i], row, 0);
            y.write(i, row, 0);
        }
    }

    @Override
    public void experts(Activations in, Activations router, Experts experts, Activations out) {
        ExpertMixture mixture = new ExpertMixture(this, experts);
        mixture.mix(input(in), input(router), output(out, in.rows()));
    }

    @Override
    public void convolve(
            Activations x,
            Parameter weight,
            @Nullable Parameter bias,
            int width,
            Activations out,
            List<Segment> segments,
            int layer,
            int stateAt) {
        ReferenceActivations input = input(x);
        int channels = x.columns();
        Shapes.columns("out", out, channels);
        Shapes.length("weight", weight, (long) channels * width);
        if (bias != null) {
            Shapes.length("bias", bias, channels);
        }
        Shapes.segments("x", x, segments);
        Convolution convolution =
                new Convolution(ReferenceParameter.of(weight), ReferenceParameter.ofNullable(bias), width, channels);
        ReferenceActivations y = output(out, x.rows());
        for (Segment s : segments) {
            float[] state = ReferenceKvCache.of(s, layer).state(layer, stateAt, (width - 1) * channels);
            convolution.run(input, y, s, state, stateAt);
        }
    }

    @Override
    public void selectiveScan(
            Activations x,
            Activations dt,
            Parameter a,
            Activations b,
            Activations c,
            Parameter d,
            Activations out,
            List<Segment> segments,
            int layer,
            int stateAt) {
        int channels = x.columns();
        int states = b.columns();
        Shapes.columns("dt", dt, channels);
        Shapes.rows("dt", dt, x.rows());
        Shapes.length("a", a, (long) channels * states);
        Shapes.rows("b", b, x.rows());
        Shapes.columns("c", c, states);
        Shapes.rows("c", c, x.rows());
        Shapes.length("d", d, channels);
        Shapes.columns("out", out, channels);
        Shapes.segments("x", x, segments);
        SelectiveScan scan = new SelectiveScan(
                input(x), input(dt), ReferenceParameter.of(a), input(b), input(c), ReferenceParameter.of(d));
        ReferenceActivations y = output(out, x.rows());
        for (Segment s : segments) {
            float[] state = ReferenceKvCache.of(s, layer).state(layer, stateAt, channels * states);
            scan.run(y, s, state, stateAt);
        }
    }

    @Override
    public void discard(KvCache cache, int from, int count, int length, @Nullable Rope[] ropes, int[] headWidths) {
        open();
        ReferenceKvCache own = ReferenceKvCache.of(cache);
        KvShape shape = cache.shape();
        if (from < 0 || count < 0 || (long) from + count > length || length > cache.capacity()) {
            throw new IllegalArgumentException("positions %d to %d of %d in a cache of %d"
                    .formatted(from, (long) from + count, length, cache.capacity()));
        }
        if (ropes.length != shape.layers() || headWidths.length != shape.layers()) {
            throw new IllegalArgumentException("%d ropes and %d head widths, expected one for each of %d layers"
                    .formatted(ropes.length, headWidths.length, shape.layers()));
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            if (shape.stateSizes()[layer] != 0) {
                throw new IllegalArgumentException(
                        "layer %d is recurrent: single positions cannot be taken out of its state".formatted(layer));
            }
            moveDown(own, own.values(layer), shape.valueWidths()[layer], from, count, length, null, 0);
            moveDown(
                    own,
                    own.keys(layer),
                    shape.keyWidths()[layer],
                    from,
                    count,
                    length,
                    ropes[layer],
                    headWidths[layer]);
        }
    }

    private static void moveDown(
            ReferenceKvCache cache,
            float[] rows,
            int width,
            int from,
            int count,
            int length,
            @Nullable Rope rope,
            int headWidth) {
        if (rope == null) {
            System.arraycopy(rows, (from + count) * width, rows, from * width, (length - from - count) * width);
            return;
        }
        Rotation.require(rope, headWidth);
        float[] row = new float[width];
        for (int index = from + count; index < length; index++) {
            System.arraycopy(rows, index * width, row, 0, width);
            for (int at = 0; at < width; at += headWidth) {
                Rotation.rotate(row, at, rope, -count, 1);
            }
            cache.put(rows, width, index - count, row);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private ReferenceActivations input(Activations x) {
        open();
        return ReferenceActivations.of(x);
    }

    private ReferenceActivations output(Activations x, int rows) {
        open();
        return ReferenceActivations.of(x, rows);
    }

    private void open() {
        if (closed) {
            throw new IllegalStateException("device %s used after close".formatted(NAME));
        }
    }
}
