package dev.cortado.engine.model;

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
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a backend in a forward pass that computes nothing: it counts the bytes that the pass would allocate
 * there. So whatever a network is made of, its need is known before the first real pass.
 */
final class Rehearsal implements Backend {
    private record Counted(int capacity, int columns) implements Activations {
        @Override
        public int rows() {
            return capacity;
        }

        @Override
        public void rows(int rows) {}

        @Override
        public Activations columns(int from, int count) {
            return new Counted(capacity, count);
        }

        @Override
        public void read(int row, float[] target, int at) {}

        @Override
        public void write(int row, float[] source, int at) {}

        @Override
        public void close() {}
    }

    private final Backend device;
    private long bytes;
    private long slots; // of experts, which all layers share

    private Rehearsal(Backend device) {
        this.device = device;
    }

    /** Bytes of activations on a device in a pass of {@code rows} rows. */
    static long bytes(Network network, List<Backend> devices, Backend device, int rows) {
        if (rows == 0) {
            return 0;
        }
        List<Rehearsal> rehearsals = devices.stream().map(Rehearsal::new).toList();
        try (Pass pass = new Pass(List.copyOf(rehearsals))) {
            for (int row = 0; row < rows; row++) {
                pass.addRow(0, row, row == 0);
            }
            pass.begin();
            switch (network) {
                case Decoder decoder -> decoder.output().logits(pass, decoder.forward(pass), new Batch());
                case Encoder encoder -> encoder.hidden(pass);
            }
        }
        return rehearsals.stream()
                .filter(rehearsal -> rehearsal.device == device)
                .mapToLong(rehearsal -> rehearsal.bytes + rehearsal.slots)
                .sum();
    }

    @Override
    public Activations activations(int capacity, int columns) {
        bytes += 4L * capacity * columns;
        return new Counted(capacity, columns);
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public Matrix matrix(Tensor tensor) {
        throw unasked("matrices");
    }

    @Override
    public void release(Matrix matrix) {
        throw unasked("matrices");
    }

    @Override
    public Parameter parameter(float[] values) {
        throw unasked("parameters");
    }

    @Override
    public KvCache kvCache(KvShape shape, int capacity) {
        throw unasked("caches");
    }

    private static UnsupportedOperationException unasked(String what) {
        return new UnsupportedOperationException("a forward pass makes no " + what);
    }

    @Override
    public void discard(KvCache cache, int from, int count, int length, @Nullable Rope[] ropes, int[] headWidths) {
        throw new UnsupportedOperationException("a forward pass discards nothing");
    }

    @Override
    public void embed(Matrix table, int[] ids, int count, Activations out) {}

    @Override
    public void matmul(Activations in, Linear[] layers, Activations[] outs) {}

    @Override
    public void matmulPerHead(Activations in, Matrix[] heads, Activations out) {}

    @Override
    public void norm(Activations in, Norm norm, Activations out) {}

    @Override
    public void rope(Activations x, int headWidth, Rope rope, List<Segment> segments) {}

    @Override
    public void store(Activations k, @Nullable Activations v, List<Segment> segments, int layer) {}

    @Override
    public void attend(Activations q, Activations out, List<Segment> segments, int layer, Attention attention) {}

    @Override
    public void activate(Activation f, Activations gate, @Nullable Activations up, Activations out) {}

    @Override
    public void add(Activations x, Activations y, float factor) {}

    @Override
    public void multiply(Activations x, Activations y) {}

    @Override
    public void scale(Activations x, float factor) {}

    @Override
    public void addParameter(Activations x, Parameter p) {}

    @Override
    public void multiplyParameter(Activations x, Parameter p) {}

    @Override
    public void clamp(Activations x, float limit) {}

    @Override
    public void softCap(Activations x, float cap) {}

    @Override
    public void sigmoid(Activations x) {}

    @Override
    public void copy(Activations in, Activations out) {}

    @Override
    public void gather(Activations in, int[] rows, int count, Activations out) {}

    @Override
    public void experts(Activations in, Activations router, Experts experts, Activations out) {
        slots = Math.max(slots, device.memoryOf(experts, in.rows()));
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
            int stateAt) {}

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
            int stateAt) {}

    @Override
    public void close() {}
}
