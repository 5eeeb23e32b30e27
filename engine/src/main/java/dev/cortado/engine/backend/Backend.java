package dev.cortado.engine.backend;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What computes: a CPU, a GPU, or the plain-loop {@link dev.cortado.engine.reference.ReferenceBackend} that says what
 * every operation means. The operations of one forward pass are called in order from one thread; a backend may run
 * them at once or record them until an {@link Activations#read} asks for a result. Several threads may run forward
 * passes at the same time on activations of their own.
 *
 * <p>Shapes: n = rows in use of the input. An operation sets the rows in use of its output. Inputs and outputs are
 * distinct unless it is said otherwise; views with a stride are allowed everywhere. Sizes are checked once per call
 * ({@link IllegalArgumentException}), and so are indices and ranges (that, or {@link IndexOutOfBoundsException});
 * operands that were closed or released are refused ({@link IllegalStateException}).
 */
public interface Backend extends AutoCloseable {
    /** The device's name as {@code --device} takes it, e.g. {@code cpu}, {@code reference}. */
    String name();

    /** Takes a weight matrix of any {@link TensorType} over into the backend's form. */
    Matrix matrix(Tensor tensor);

    /**
     * Number of neighbouring activations that share an int8 scale when they are multiplied by weights of {@code type}: such
     * a product rounds its input to multiples of the block's largest magnitude / 127. 0 where activations stay floats.
     */
    default int activationBlock(TensorType type) {
        return 0;
    }

    /** Bytes that are free of a device's own memory; {@link Long#MAX_VALUE} where weights stay in main memory. */
    default long freeMemory() {
        return Long.MAX_VALUE;
    }

    /** Bytes of {@link #freeMemory} that {@link #matrix} takes for a tensor. */
    default long memoryOf(Tensor tensor) {
        return tensor.data().byteSize();
    }

    /** Bytes of {@link #freeMemory} that {@link #kvCache} takes. */
    default long memoryOf(KvShape shape, int capacity) {
        long bytes = 0;
        for (int layer = 0; layer < shape.layers(); layer++) {
            bytes += shape.bytes(layer, capacity);
        }
        return bytes;
    }

    /** Bytes of {@link #freeMemory} that {@link #experts} keeps for itself in a pass of {@code rows} rows. */
    default long memoryOf(Experts experts, int rows) {
        return 0;
    }

    /** Called when all matrices of a model were taken over and before its first forward pass. */
    default void prepared() {}

    /** Gives back what {@link #matrix} took, when a model is closed. */
    void release(Matrix matrix);

    /** A short float32 vector. */
    Parameter parameter(float[] values);

    /** Room for {@code capacity} rows, zeroed, none of them in use. */
    Activations activations(int capacity, int columns);

    /** A cache for {@code capacity} tokens. */
    KvCache kvCache(KvShape shape, int capacity);

    /** out[i] = table row ids[i], dequantised, for i below {@code count}. */
    void embed(Matrix table, int[] ids, int count, Activations out);

    /**
     * outs[j] = in * layers[j]^T + bias, [n x columns] to [n x layers[j].rows], for all j: matrices that share an input
     * are passed together so that its quantisation and the fork of the workers are paid once.
     */
    void matmul(Activations in, Linear[] layers, Activations[] outs);

    /**
     * Head by head: columns [h * a, (h+1) * a) of in times heads[h]^T to columns [h * b, (h+1) * b) of out, where a and
     * b are columns and rows of the (equally shaped) matrices (MLA's absorbed projections).
     */
    void matmulPerHead(Activations in, Matrix[] heads, Activations out);

    /** out = norm(in); in and out may be the same. */
    void norm(Activations in, Norm norm, Activations out);

    /** Rotates every head (of {@code headWidth} columns) of x in place, row r of segment s at s.position() + r. */
    void rope(Activations x, int headWidth, Rope rope, List<Segment> segments);

    /** Writes the keys and values of the rows of each segment to its cache at their positions; v is null in MLA. */
    void store(Activations k, @Nullable Activations v, List<Segment> segments, int layer);

    /**
     * out = attention of q [n x heads * keyWidth] over the cached keys and values of each row's own sequence, including
     * the rows just stored; [n x heads * valueWidth].
     */
    void attend(Activations q, Activations out, List<Segment> segments, int layer, Attention attention);

    /** out = f(gate) * up, or f(gate) where up is null; out may be one of the inputs. */
    void activate(Activation f, Activations gate, @Nullable Activations up, Activations out);

    /** x += factor * y. */
    void add(Activations x, Activations y, float factor);

    /** x *= y, element by element; y has one column (a factor per row) or as many as x. */
    void multiply(Activations x, Activations y);

    /** x *= factor. */
    void scale(Activations x, float factor);

    /** x += p, the same for each row. */
    void addParameter(Activations x, Parameter p);

    /** x *= p, the same for each row. */
    void multiplyParameter(Activations x, Parameter p);

    /** x = clamp(x, -limit, limit). */
    void clamp(Activations x, float limit);

    /** x = cap * tanh(x / cap). */
    void softCap(Activations x, float cap);

    /** x = 1 / (1 + e^-x). */
    void sigmoid(Activations x);

    /** out = in. */
    void copy(Activations in, Activations out);

    /** out row i = in row rows[i], for i below {@code count}. */
    void gather(Activations in, int[] rows, int count, Activations out);

    /** out = mixture of the experts that the router logits [n x experts] choose for each row of in; see {@link Experts}. */
    void experts(Activations in, Activations router, Experts experts, Activations out);

    /**
     * Causal depthwise convolution over time: out[t][c] = bias[c] + sum over i of weight[c * width + i] * x[t - width + 1
     * + i][c]. The width - 1 rows before a segment come from the layer's recurrent state, at float {@code stateAt}
     * (oldest row first), and the last ones are left there.
     */
    void convolve(
            Activations x,
            Parameter weight,
            @Nullable Parameter bias,
            int width,
            Activations out,
            List<Segment> segments,
            int layer,
            int stateAt);

    /**
     * Mamba's selective scan (Gu and Dao 2023), per inner channel c with n states: delta = softplus(dt[t][c]); state[c][i] =
     * state[c][i] * exp(delta * a[c * n + i]) + delta * b[t][i] * x[t][c]; out[t][c] = sum over i of state[c][i] *
     * c[t][i] + d[c] * x[t][c]. The state [channels x n] is in the layer's recurrent state at float {@code stateAt}.
     */
    void selectiveScan(
            Activations x,
            Activations dt,
            Parameter a,
            Activations b,
            Activations c,
            Parameter d,
            Activations out,
            List<Segment> segments,
            int layer,
            int stateAt);

    /**
     * Removes positions [from, from + count) of a sequence of {@code length} tokens from every layer: later keys and values
     * move down, and their keys turn back by {@code count} positions.
     *
     * @param ropes per layer the rotation that keys were stored with, null where none; with {@code headWidths}, columns
     *     of a key head
     */
    void discard(KvCache cache, int from, int count, int length, @Nullable Rope[] ropes, int[] headWidths);

    /** Gives back threads and memory; running operations must have ended. */
    @Override
    void close();
}
