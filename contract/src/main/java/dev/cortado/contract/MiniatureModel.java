package dev.cortado.contract;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Segment;
import dev.cortado.gguf.TensorType;
import java.util.List;
import java.util.Random;

/** One transformer block between an embedding and logits: the operations in the order in which models call them. */
final class MiniatureModel implements AutoCloseable {
    static final int VOCABULARY = 50;

    private static final int WIDTH = 256;
    private static final int HEAD = 64;
    private static final Rope ROPE = new Rope(Rope.Style.HALVES, 0, new float[] {1, 0.1f, 0.01f}, 1);
    private static final Attention ATTENTION =
            new Attention(4, 2, HEAD, HEAD, 0.125f, 0, Attention.Mask.CAUSAL, 0, 0, null);
    private static final KvShape CACHE =
            new KvShape(new int[] {2 * HEAD}, new int[] {2 * HEAD}, new int[] {0}, KvShape.Type.F16);

    private final boolean floats;
    private final Workbench bench;
    private final Matrix embedding;
    private final Linear[] qkv;
    private final Linear[] output;
    private final Linear[] gateAndUp;
    private final Linear[] down;
    private final Linear[] logits;
    private final Norm norm;

    /** Weights of several quantisations. */
    MiniatureModel(Backend backend) {
        this(backend, false);
    }

    /** @param floats all weights in F16 instead, so that no backend rounds activations */
    MiniatureModel(Backend backend, boolean floats) {
        this.floats = floats;
        this.bench = new Workbench(backend, false);
        Random random = new Random(100);
        embedding = bench.matrix(Weights.tame(TensorType.Q8_0, random, VOCABULARY, WIDTH));
        qkv = new Linear[] {
            linear(TensorType.Q4_0, random, WIDTH, WIDTH),
            linear(TensorType.Q8_0, random, 2 * HEAD, WIDTH),
            linear(TensorType.Q8_0, random, 2 * HEAD, WIDTH)
        };
        output = new Linear[] {linear(TensorType.Q4_0, random, WIDTH, WIDTH)};
        gateAndUp =
                new Linear[] {linear(TensorType.Q4_K, random, 512, WIDTH), linear(TensorType.Q4_K, random, 512, WIDTH)};
        down = new Linear[] {linear(TensorType.Q6_K, random, WIDTH, 512)};
        logits = new Linear[] {linear(TensorType.F16, random, VOCABULARY, WIDTH)};
        norm = new Norm(Norm.Kind.RMS, bench.parameter(Samples.gaussian(random, WIDTH)), null, 1e-5f, 0);
    }

    private Linear linear(TensorType type, Random random, int rows, int columns) {
        return bench.linear(Weights.tame(floats ? TensorType.F16 : type, random, rows, columns), null);
    }

    @Override
    public void close() {
        bench.close();
    }

    /** A sequence with its cache and everything that a forward pass writes to. */
    final class Run implements AutoCloseable {
        private final Backend backend = bench.backend();
        private final Workbench own = new Workbench(backend, false);
        private final KvCache cache;
        private final Activations x;
        private final Activations y;
        private final Activations[] qkvOut;
        private final Activations attended;
        private final Activations[] yOut;
        private final Activations[] gateAndUpOut;
        private final Activations[] logitsOut;
        private final float[] row = new float[VOCABULARY];

        Run(int capacity) {
            cache = own.cache(CACHE, capacity);
            x = own.output(capacity, WIDTH);
            y = own.output(capacity, WIDTH);
            yOut = new Activations[] {y};
            Activations fused = own.output(capacity, WIDTH + 4 * HEAD);
            qkvOut = new Activations[] {
                fused.columns(0, WIDTH), fused.columns(WIDTH, 2 * HEAD), fused.columns(WIDTH + 2 * HEAD, 2 * HEAD)
            };
            attended = own.output(capacity, WIDTH);
            gateAndUpOut = new Activations[] {own.output(capacity, 512), own.output(capacity, 512)};
            logitsOut = new Activations[] {own.output(capacity, VOCABULARY)};
        }

        List<Segment> segment(int position, int count) {
            return List.of(new Segment(cache, 0, position, 0, count));
        }

        /** Logits after the last of {@code count} ids; {@code segments} from {@link #segment}. */
        float[] forward(int[] ids, int count, List<Segment> segments) {
            backend.embed(embedding, ids, count, x);
            backend.norm(x, norm, y);
            backend.matmul(y, qkv, qkvOut);
            backend.rope(qkvOut[0], HEAD, ROPE, segments);
            backend.rope(qkvOut[1], HEAD, ROPE, segments);
            backend.store(qkvOut[1], qkvOut[2], segments, 0);
            backend.attend(qkvOut[0], attended, segments, 0, ATTENTION);
            backend.matmul(attended, output, yOut);
            backend.add(x, y, 1);
            backend.norm(x, norm, y);
            backend.matmul(y, gateAndUp, gateAndUpOut);
            backend.activate(Activation.SILU, gateAndUpOut[0], gateAndUpOut[1], gateAndUpOut[0]);
            backend.matmul(gateAndUpOut[0], down, yOut);
            backend.add(x, y, 1);
            backend.norm(x, norm, y);
            backend.matmul(y, logits, logitsOut);
            logitsOut[0].read(count - 1, row, 0);
            return row;
        }

        /** Logits after each of several batches of random ids. */
        float[][] batches(long seed, int... sizes) {
            Random random = new Random(seed);
            float[][] results = new float[sizes.length][];
            int position = 0;
            for (int i = 0; i < sizes.length; i++) {
                int[] ids = random.ints(sizes[i], 0, VOCABULARY).toArray();
                results[i] = forward(ids, sizes[i], segment(position, sizes[i])).clone();
                position += sizes[i];
            }
            return results;
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
