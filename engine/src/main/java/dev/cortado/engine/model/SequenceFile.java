package dev.cortado.engine.model;

import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A sequence as bytes: a head that says what model it belongs to, the tokens, and for each layer the keys, values and
 * state as {@link KvCache#save} writes them. Layers are told apart from devices, so a sequence that was computed on a CPU
 * can go on elsewhere. Numbers of the head are big-endian.
 */
final class SequenceFile {
    private static final int MAGIC = 0x43535131; // "CSQ1"
    private static final int TOKENS_AT_ONCE = 1024; // bounds the memory for a copy

    private final Model model;
    private final List<KvShape> shapes;

    /** @param shapes of the model, one per device; a layer has sizes above 0 on one of them */
    SequenceFile(Model model, List<KvShape> shapes) {
        this.model = model;
        this.shapes = shapes;
    }

    void write(Sequence sequence, OutputStream target) throws IOException {
        DataOutputStream out = new DataOutputStream(target);
        out.writeInt(MAGIC);
        out.writeUTF(model.architecture());
        out.writeUTF(shapes.getFirst().type().name());
        out.writeInt(layers());
        for (int layer = 0; layer < layers(); layer++) {
            KvShape shape = shapes.get(deviceOf(layer));
            out.writeInt(shape.keyWidths()[layer]);
            out.writeInt(shape.valueWidths()[layer]);
            out.writeInt(shape.stateSizes()[layer]);
        }
        out.writeInt(sequence.length());
        for (int position = 0; position < sequence.length(); position++) {
            out.writeInt(sequence.token(position));
        }
        for (int layer = 0; layer < layers(); layer++) {
            int device = deviceOf(layer);
            for (int from = 0; from < sequence.length(); from += TOKENS_AT_ONCE) {
                int count = Math.min(TOKENS_AT_ONCE, sequence.length() - from);
                byte[] bytes = new byte[Math.toIntExact(shapes.get(device).bytes(layer, count))];
                sequence.cache(device).save(layer, from, count, MemorySegment.ofArray(bytes));
                out.write(bytes);
            }
        }
        out.flush();
    }

    /** Reads tokens and caches into an empty sequence. */
    void read(Sequence sequence, InputStream source) throws IOException {
        DataInputStream in = new DataInputStream(source);
        require("the first four bytes", in.readInt(), MAGIC);
        require("the architecture", in.readUTF(), model.architecture());
        require("the type of keys and values", in.readUTF(), shapes.getFirst().type().name());
        require("the number of layers", in.readInt(), layers());
        for (int layer = 0; layer < layers(); layer++) {
            KvShape shape = shapes.get(deviceOf(layer));
            require("the width of keys of layer " + layer, in.readInt(), shape.keyWidths()[layer]);
            require("the width of values of layer " + layer, in.readInt(), shape.valueWidths()[layer]);
            require("the state of layer " + layer, in.readInt(), shape.stateSizes()[layer]);
        }
        int length = in.readInt();
        if (length < 0 || length > sequence.capacity()) {
            throw new IOException("a saved sequence has %d tokens, expected at most the capacity, %d"
                    .formatted(length, sequence.capacity()));
        }
        int[] tokens = new int[length];
        for (int position = 0; position < length; position++) {
            tokens[position] = in.readInt();
        }
        for (int layer = 0; layer < layers(); layer++) {
            int device = deviceOf(layer);
            for (int from = 0; from < length; from += TOKENS_AT_ONCE) {
                int count = Math.min(TOKENS_AT_ONCE, length - from);
                byte[] bytes = new byte[Math.toIntExact(shapes.get(device).bytes(layer, count))];
                in.readFully(bytes);
                sequence.cache(device).restore(layer, from, count, MemorySegment.ofArray(bytes));
            }
        }
        model.requireTokens(tokens, length);
        for (int token : tokens) {
            sequence.append(token);
        }
    }

    private static void require(String what, Object found, Object expected) throws IOException {
        if (!found.equals(expected)) {
            throw new IOException("%s of a saved sequence is %s, expected %s".formatted(what, found, expected));
        }
    }

    private int layers() {
        return shapes.getFirst().layers();
    }

    private int deviceOf(int layer) {
        for (int device = 0; device < shapes.size(); device++) {
            KvShape shape = shapes.get(device);
            if (shape.keyWidths()[layer] > 0 || shape.stateSizes()[layer] > 0) {
                return device;
            }
        }
        return 0;
    }
}
