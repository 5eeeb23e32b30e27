package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendOptions;
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
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.startup.Warmup;
import dev.cortado.kernels.cpu.weights.CpuMatrix;
import dev.cortado.kernels.cpu.weights.Kernels;
import dev.cortado.kernels.cpu.weights.Parallel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Computes at once, on the caller's thread and the workers of one {@link WorkerPool}. */
final class CpuBackend implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(CpuBackend.class);

    private final WorkerPool pool;
    private final Warmup warmup = new Warmup();
    private final FloatKernels kernels;
    private final Kernels products;
    private final boolean repack;
    private final Rotary.Tables rotaries = new Rotary.Tables();

    /** Vector kernels take over from plain loops as they become ready. */
    CpuBackend(BackendOptions options) {
        this(options, Kernels.Choice.BRIDGED);
    }

    CpuBackend(BackendOptions options, Kernels.Choice choice) {
        int cores = Runtime.getRuntime().availableProcessors();
        if (options.threads() > cores) {
            LOG.warn("{} threads on {} cores wait for each other: ask for at most {}", options.threads(), cores, cores);
        }
        pool = new WorkerPool(threads(options));
        repack = options.repack();
        products = new Kernels(choice, warmup);
        kernels = FloatKernels.of(choice, warmup);
    }

    /** As many threads as wanted, or as the process may use cores: containers limit those. */
    static int threads(BackendOptions options) {
        if (options.threads() < 0) {
            throw new IllegalArgumentException("%d threads wanted, at least 1 is needed".formatted(options.threads()));
        }
        return options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
    }

    @Override
    public String name() {
        return CpuProvider.DEVICE;
    }

    @Override
    public Matrix matrix(Tensor tensor) {
        WorkerPool.Region region = pool.enter();
        try {
            Parallel parallel = (parts, body) -> region.run(parts, (part, buffers) -> {
                warmup.letLoadingGoFirst();
                body.accept(part);
            });
            CpuMatrix matrix = CpuMatrix.of(tensor, repack, products, parallel);
            if (matrix.integers()) {
                kernels.needIntegerTile();
            }
            return matrix;
        } finally {
            region.leave();
        }
    }

    /** Interleaved weights are multiplied as integers, block by block, while there are few rows. */
    @Override
    public int activationBlock(TensorType type) {
        Layout layout = Layout.of(type);
        return layout == null ? 0 : layout.blockSize();
    }

    @Override
    public void release(Matrix matrix) {
        Products.matrix(matrix).close();
    }

    @Override
    public Parameter parameter(float[] values) {
        return new CpuParameter(values.clone());
    }

    @Override
    public Activations activations(int capacity, int columns) {
        return CpuActivations.zeroed(capacity, columns);
    }

    @Override
    public KvCache kvCache(KvShape shape, int capacity) {
        return new CpuKvCache(shape, capacity);
    }

    @Override
    public void embed(Matrix table, int[] ids, int count, Activations out) {
        CpuMatrix matrix = Products.matrix(table);
        CpuActivations target = CpuActivations.of(out);
        Shapes.same("columns of the table and of the output", matrix.columns(), target.columns());
        Shapes.range("ids", 0, count, ids.length);
        target.rows(count);
        WorkerPool.Region region = pool.enter();
        try {
            for (int i = 0; i < count; i++) {
                int id = Shapes.index("id", ids[i], matrix.rows());
                matrix.row(id, 0, matrix.columns(), target.data, target.at(i), region.buffers.scratch);
            }
        } finally {
            region.leave();
        }
    }

    @Override
    public void matmul(Activations in, Linear[] layers, Activations[] outs) {
        CpuActivations input = CpuActivations.of(in);
        Shapes.same("numbers of matrices and outputs", layers.length, outs.length);
        WorkerPool.Region region = pool.enter();
        try {
            Products products = region.bench.products;
            for (int i = 0; i < layers.length; i++) {
                products.add(input, layers[i], CpuActivations.of(outs[i]), region.threads());
            }
            products.run(region, kernels);
        } finally {
            region.bench.products.forget();
            region.leave();
        }
    }

    @Override
    public void matmulPerHead(Activations in, Matrix[] heads, Activations out) {
        CpuActivations.of(out).rows(CpuActivations.of(in).rows());
        WorkerPool.Region region = pool.enter();
        try {
            Products products = region.bench.products;
            for (int h = 0; h < heads.length; h++) {
                int columns = heads[h].columns();
                int rows = heads[h].rows();
                CpuActivations own = CpuActivations.of(in.columns(h * columns, columns));
                CpuActivations target = CpuActivations.of(out.columns(h * rows, rows));
                products.add(own, new Linear(heads[h], null), target, region.threads());
            }
            products.run(region, kernels);
        } finally {
            region.bench.products.forget();
            region.leave();
        }
    }

    @Override
    public void norm(Activations in, Norm norm, Activations out) {
        CpuActivations x = CpuActivations.of(in);
        CpuActivations y = CpuActivations.of(out);
        Shapes.norm(x.columns(), norm);
        Shapes.same("columns of input and output", x.columns(), y.columns());
        y.rows(x.rows());
        rows(x).y(y).norm(norm).run((o, from, to, buffers) ->
                Normalisation.apply(o.x(), o.norm(), o.y(), from, to, buffers));
    }

    @Override
    public void rope(Activations x, int headWidth, Rope rope, List<Segment> segments) {
        CpuActivations turned = CpuActivations.of(x);
        Shapes.rope(turned.columns(), headWidth, rope);
        Rotary rotary = rotaries.of(rope);
        for (int s = 0; s < segments.size(); s++) {
            Segment segment = segments.get(s);
            Shapes.range("rows", segment.row(), segment.rows(), turned.rows());
            rows(turned)
                    .rotary(rotary, headWidth, segment.position() - segment.row())
                    .run(segment.row(), segment.rows(), Rotary.KERNEL);
        }
    }

    @Override
    public void store(Activations k, @Nullable Activations v, List<Segment> segments, int layer) {
        CpuActivations keys = CpuActivations.of(k);
        store(keys, segments, layer, true);
        if (v != null) {
            store(CpuActivations.of(v), segments, layer, false);
        }
    }

    private void store(CpuActivations x, List<Segment> segments, int layer, boolean keys) {
        for (int s = 0; s < segments.size(); s++) {
            Segment segment = segments.get(s);
            CpuKvCache cache = CpuKvCache.of(segment.cache());
            Shapes.cached(segment, cache, layer, x.rows());
            int[] widths = keys ? cache.shape().keyWidths() : cache.shape().valueWidths();
            Shapes.same(keys ? "key columns and cache width" : "value columns and cache width", x.columns(), widths[layer]);
            KvStore store = keys ? cache.keys(layer) : Objects.requireNonNull(cache.values(layer));
            int slot = segment.base() + segment.position();
            store.reserve(slot, slot + segment.rows() - 1);
            rows(x)
                    .store(store, slot - segment.row())
                    .run(segment.row(), segment.rows(), (o, from, to, buffers) -> {
                        for (int row = from; row < to; row++) {
                            o.store().put(row + o.position, o.x().data, o.x().at(row));
                        }
                    });
        }
    }

    @Override
    public void attend(Activations q, Activations out, List<Segment> segments, int layer, Attention attention) {
        CpuActivations queries = CpuActivations.of(q);
        CpuActivations target = CpuActivations.of(out);
        Shapes.attention(queries.columns(), target.columns(), attention);
        for (int s = 0; s < segments.size(); s++) {
            Segment segment = segments.get(s);
            CpuKvCache cache = CpuKvCache.of(segment.cache());
            Shapes.cached(segment, cache, layer, queries.rows());
            Shapes.attended(cache.shape(), layer, attention);
        }
        target.rows(queries.rows());
        WorkerPool.Region region = pool.enter();
        try {
            region.bench.attention.run(region, queries, target, segments, layer, attention, kernels);
        } finally {
            region.leave();
        }
    }

    @Override
    public void activate(Activation f, Activations gate, @Nullable Activations up, Activations out) {
        CpuActivations x = CpuActivations.of(gate);
        CpuActivations y = up == null ? null : CpuActivations.of(up);
        CpuActivations z = CpuActivations.of(out);
        Shapes.same("columns of gate and output", x.columns(), z.columns());
        if (y != null) {
            Shapes.same("columns of gate and up", x.columns(), y.columns());
            Shapes.same("rows of gate and up", x.rows(), y.rows());
        }
        if (f == Activation.SWIGLU_OAI && y == null) {
            throw new IllegalArgumentException("SWIGLU_OAI needs a gate and an up projection");
        }
        z.rows(x.rows());
        rows(x).y(y).z(z).activation(f).exponentials(kernels.exponentials()).run(Gate.KERNEL);
    }

    @Override
    public void add(Activations x, Activations y, float factor) {
        CpuActivations a = CpuActivations.of(x);
        CpuActivations b = CpuActivations.of(y);
        Shapes.same("columns of both terms", a.columns(), b.columns());
        Shapes.same("rows of both terms", a.rows(), b.rows());
        rows(a).y(b).factor(factor).run((o, from, to, buffers) ->
                Elementwise.add(o.x(), o.y(), o.factor, from, to));
    }

    @Override
    public void multiply(Activations x, Activations y) {
        CpuActivations a = CpuActivations.of(x);
        CpuActivations b = CpuActivations.of(y);
        Shapes.same("rows of both factors", a.rows(), b.rows());
        if (b.columns() != 1) {
            Shapes.same("columns of both factors", a.columns(), b.columns());
        }
        rows(a).y(b).run((o, from, to, buffers) -> Elementwise.multiply(o.x(), o.y(), from, to));
    }

    @Override
    public void scale(Activations x, float factor) {
        rows(CpuActivations.of(x)).factor(factor).run((o, from, to, buffers) ->
                Elementwise.scale(o.x(), o.factor, from, to));
    }

    @Override
    public void addParameter(Activations x, Parameter p) {
        CpuActivations a = CpuActivations.of(x);
        Shapes.same("columns and length of the parameter", a.columns(), p.length());
        rows(a).parameter(CpuParameter.values(p)).run((o, from, to, buffers) ->
                Elementwise.addParameter(o.x(), o.parameter(), from, to));
    }

    @Override
    public void multiplyParameter(Activations x, Parameter p) {
        CpuActivations a = CpuActivations.of(x);
        Shapes.same("columns and length of the parameter", a.columns(), p.length());
        rows(a).parameter(CpuParameter.values(p)).run((o, from, to, buffers) ->
                Elementwise.multiplyParameter(o.x(), o.parameter(), from, to));
    }

    @Override
    public void clamp(Activations x, float limit) {
        rows(CpuActivations.of(x)).factor(limit).run((o, from, to, buffers) ->
                Elementwise.clamp(o.x(), o.factor, from, to));
    }

    @Override
    public void softCap(Activations x, float cap) {
        rows(CpuActivations.of(x)).factor(cap).exponentials(kernels.exponentials()).run((o, from, to, buffers) ->
                Gate.softCap(o.x(), o.factor, from, to, o.exponentials(), buffers));
    }

    @Override
    public void sigmoid(Activations x) {
        rows(CpuActivations.of(x)).exponentials(kernels.exponentials()).run((o, from, to, buffers) ->
                Gate.sigmoid(o.x(), from, to, o.exponentials(), buffers));
    }

    @Override
    public void copy(Activations in, Activations out) {
        CpuActivations x = CpuActivations.of(in);
        CpuActivations y = CpuActivations.of(out);
        Shapes.same("columns of input and output", x.columns(), y.columns());
        y.rows(x.rows());
        rows(x).y(y).run((o, from, to, buffers) -> Elementwise.copy(o.x(), o.y(), from, to));
    }

    @Override
    public void gather(Activations in, int[] rows, int count, Activations out) {
        CpuActivations x = CpuActivations.of(in);
        CpuActivations y = CpuActivations.of(out);
        Shapes.same("columns of input and output", x.columns(), y.columns());
        Shapes.range("rows", 0, count, rows.length);
        y.rows(count);
        for (int i = 0; i < count; i++) {
            System.arraycopy(x.data, x.at(Shapes.index("row", rows[i], x.rows())), y.data, y.at(i), x.columns());
        }
    }

    @Override
    public void experts(Activations in, Activations router, Experts experts, Activations out) {
        CpuActivations x = CpuActivations.of(in);
        CpuActivations logits = CpuActivations.of(router);
        CpuActivations y = CpuActivations.of(out);
        Shapes.experts(x, logits, experts, y);
        y.rows(x.rows());
        WorkerPool.Region region = pool.enter();
        try {
            region.bench.mixture.run(region, x, logits, experts, y, kernels);
        } finally {
            region.leave();
        }
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
        CpuActivations in = CpuActivations.of(x);
        CpuActivations target = CpuActivations.of(out);
        int columns = in.columns();
        Shapes.same("columns of input and output", columns, target.columns());
        Shapes.same("columns x width and length of the weight", columns * width, weight.length());
        target.rows(in.rows());
        float[] weights = Objects.requireNonNull(CpuParameter.values(weight));
        for (Segment segment : segments) {
            float[] state = state(segment, layer, in.rows());
            Shapes.range("state", stateAt, (width - 1) * columns, state.length);
            Convolution.apply(
                    in, weights, CpuParameter.values(bias), width, target, segment.row(), segment.rows(), state, stateAt);
        }
    }

    private static float[] state(Segment segment, int layer, int rows) {
        CpuKvCache cache = CpuKvCache.of(segment.cache());
        Shapes.index("layer", layer, cache.shape().layers());
        Shapes.range("rows", segment.row(), segment.rows(), rows);
        return cache.state(layer);
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
        CpuActivations in = CpuActivations.of(x);
        int channels = in.columns();
        SelectiveScan scan = new SelectiveScan(
                in,
                CpuActivations.of(dt),
                Objects.requireNonNull(CpuParameter.values(a)),
                CpuActivations.of(b),
                CpuActivations.of(c),
                Objects.requireNonNull(CpuParameter.values(d)),
                CpuActivations.of(out));
        scan.checkShapes();
        scan.out().rows(in.rows());
        WorkerPool.Region region = pool.enter();
        try {
            for (Segment segment : segments) {
                float[] state = state(segment, layer, in.rows());
                Shapes.range("state", stateAt, channels * b.columns(), state.length);
                int step = 64;
                region.run((channels + step - 1) / step, (part, buffers) -> scan.scan(
                        segment.row(),
                        segment.rows(),
                        part * step,
                        Math.min(channels, (part + 1) * step),
                        state,
                        stateAt));
            }
        } finally {
            region.leave();
        }
    }

    @Override
    public void discard(KvCache cache, int from, int count, int length, @Nullable Rope[] ropes, int[] headWidths) {
        CpuKvCache own = CpuKvCache.of(cache);
        Shapes.range("positions", from, count, length);
        Shapes.range("positions", 0, length, own.capacity());
        WorkerPool.Region region = pool.enter();
        try {
            region.run(own.shape().layers(), (layer, buffers) -> {
                Rope rope = ropes[layer];
                own.discard(layer, from, count, length, rope == null ? null : rotaries.of(rope), headWidths[layer]);
            });
        } finally {
            region.leave();
        }
    }

    @Override
    public void close() {
        warmup.close();
        pool.close();
    }

    /** An operation on the rows of x: enters the pool, which the operation's run leaves again. */
    private RowOperation rows(CpuActivations x) {
        return pool.enter().bench.rows.x(x);
    }
}
