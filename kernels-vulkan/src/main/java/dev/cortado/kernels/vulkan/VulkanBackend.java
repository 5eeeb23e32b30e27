package dev.cortado.kernels.vulkan;

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
import java.lang.ref.Cleaner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records each operation for the GPU, which runs them in order; reading a row waits for what computes it. Threads take
 * turns operation by operation.
 */
final class VulkanBackend implements Backend {
    /** Bytes for what operations keep on the device for themselves: tables of rotations, parts of a split attention. */
    private static final long RESERVE = 4 << 20;

    private final String name;
    private final Gpu gpu;
    private final Cleaner cleaner = Cleaner.create();
    private final Products products;
    private final Elementwise elementwise;
    private final Rotations rotations;
    private final AttentionPass attention;
    private final Mixture mixture;
    private final Recurrence recurrence;
    private final Discard discard;

    VulkanBackend(String name, Switches switches) {
        this.name = name;
        gpu = new Gpu(name, switches);
        products = new Products(gpu);
        elementwise = new Elementwise(gpu);
        rotations = new Rotations(gpu);
        attention = new AttentionPass(gpu);
        mixture = new Mixture(gpu, elementwise);
        recurrence = new Recurrence(gpu);
        discard = new Discard(gpu, rotations);
    }

    Gpu gpu() {
        return gpu;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long freeMemory() {
        synchronized (gpu) {
            return gpu.free();
        }
    }

    @Override
    public long memoryOf(Tensor tensor) {
        return VulkanMatrix.bytes(tensor);
    }

    @Override
    public long memoryOf(KvShape shape, int capacity) {
        return VulkanKvCache.bytes(shape, capacity) + RESERVE;
    }

    @Override
    public long memoryOf(Experts experts, int rows) {
        return mixture.bytes(experts, rows);
    }

    @Override
    public Matrix matrix(Tensor tensor) {
        return VulkanMatrix.upload(gpu, tensor);
    }

    @Override
    public void prepared() {
        synchronized (gpu) {
            gpu.recorder().finish();
        }
    }

    @Override
    public void release(Matrix matrix) {
        synchronized (gpu) {
            VulkanMatrix.of(matrix).release(gpu);
        }
    }

    @Override
    public Parameter parameter(float[] values) {
        synchronized (gpu) {
            Region region = gpu.allocate(4L * Math.max(1, values.length), "a parameter");
            Region staging = gpu.recorder().upload(values, 0, values.length);
            gpu.recorder().copy(staging, 0, region, 0, 4L * Math.max(1, values.length));
            VulkanParameter parameter = new VulkanParameter(region, values.length);
            Gpu owner = gpu;
            cleaner.register(parameter, () -> owner.abandon(region)); // parameters have no close
            return parameter;
        }
    }

    @Override
    public Activations activations(int capacity, int columns) {
        return VulkanActivations.allocate(gpu, capacity, columns);
    }

    @Override
    public KvCache kvCache(KvShape shape, int capacity) {
        return VulkanKvCache.allocate(gpu, shape, capacity);
    }

    @Override
    public void embed(Matrix table, int[] ids, int count, Activations out) {
        synchronized (gpu) {
            products.embed(VulkanMatrix.of(table), ids, count, out);
        }
    }

    @Override
    public void matmul(Activations in, Linear[] layers, Activations[] outs) {
        synchronized (gpu) {
            products.matmul(in, layers, outs);
        }
    }

    @Override
    public void matmulPerHead(Activations in, Matrix[] heads, Activations out) {
        synchronized (gpu) {
            products.perHead(in, heads, out);
        }
    }

    @Override
    public void norm(Activations in, Norm norm, Activations out) {
        synchronized (gpu) {
            elementwise.norm(in, norm, out);
        }
    }

    @Override
    public void rope(Activations x, int headWidth, Rope rope, List<Segment> segments) {
        synchronized (gpu) {
            rotations.rope(x, headWidth, rope, segments);
        }
    }

    @Override
    public void store(Activations k, @Nullable Activations v, List<Segment> segments, int layer) {
        synchronized (gpu) {
            attention.store(k, v, segments, layer);
        }
    }

    @Override
    public void attend(Activations q, Activations out, List<Segment> segments, int layer, Attention kind) {
        synchronized (gpu) {
            attention.attend(q, out, segments, layer, kind);
        }
    }

    @Override
    public void activate(Activation f, Activations gate, @Nullable Activations up, Activations out) {
        synchronized (gpu) {
            elementwise.activate(f, gate, up, out);
        }
    }

    @Override
    public void add(Activations x, Activations y, float factor) {
        synchronized (gpu) {
            VulkanActivations sum = VulkanActivations.of(x);
            VulkanActivations other = VulkanActivations.of(y, "y", sum.rows(), sum.columns());
            elementwise.binary(Elementwise.Function.ADD, sum, other, factor, sum);
        }
    }

    @Override
    public void multiply(Activations x, Activations y) {
        synchronized (gpu) {
            VulkanActivations product = VulkanActivations.of(x);
            VulkanActivations other =
                    VulkanActivations.of(y, "y", product.rows(), y.columns() == 1 ? 1 : product.columns());
            elementwise.binary(Elementwise.Function.MULTIPLY, product, other, 0, product);
        }
    }

    @Override
    public void scale(Activations x, float factor) {
        unary(Elementwise.Function.SCALE, x, factor);
    }

    @Override
    public void addParameter(Activations x, Parameter p) {
        synchronized (gpu) {
            elementwise.parameter(Elementwise.Function.ADD, x, p);
        }
    }

    @Override
    public void multiplyParameter(Activations x, Parameter p) {
        synchronized (gpu) {
            elementwise.parameter(Elementwise.Function.MULTIPLY, x, p);
        }
    }

    @Override
    public void clamp(Activations x, float limit) {
        if (!(limit >= 0)) {
            throw new IllegalArgumentException("limit %s, expected at least 0".formatted(limit));
        }
        unary(Elementwise.Function.CLAMP, x, limit);
    }

    @Override
    public void softCap(Activations x, float cap) {
        unary(Elementwise.Function.SOFT_CAP, x, cap);
    }

    @Override
    public void sigmoid(Activations x) {
        unary(Elementwise.Function.SIGMOID, x, 0);
    }

    private void unary(Elementwise.Function f, Activations x, float c) {
        synchronized (gpu) {
            VulkanActivations values = VulkanActivations.of(x);
            elementwise.unary(f, values, c, values);
        }
    }

    @Override
    public void copy(Activations in, Activations out) {
        synchronized (gpu) {
            VulkanActivations x = VulkanActivations.of(in);
            VulkanActivations y = VulkanActivations.output(out, "out", x.rows(), x.columns());
            elementwise.unary(Elementwise.Function.COPY, x, 0, y);
        }
    }

    @Override
    public void gather(Activations in, int[] rows, int count, Activations out) {
        synchronized (gpu) {
            elementwise.gather(in, rows, count, out);
        }
    }

    @Override
    public void experts(Activations in, Activations router, Experts experts, Activations out) {
        synchronized (gpu) {
            mixture.mix(in, router, experts, out);
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
        synchronized (gpu) {
            recurrence.convolve(x, weight, bias, width, out, segments, layer, stateAt);
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
        synchronized (gpu) {
            recurrence.scan(x, dt, a, b, c, d, out, segments, layer, stateAt);
        }
    }

    @Override
    public void discard(KvCache cache, int from, int count, int length, @Nullable Rope[] ropes, int[] headWidths) {
        synchronized (gpu) {
            discard.discard(cache, from, count, length, ropes, headWidths);
        }
    }

    @Override
    public void close() {
        gpu.close();
    }
}
