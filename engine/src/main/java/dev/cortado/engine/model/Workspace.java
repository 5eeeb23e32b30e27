package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import java.util.ArrayList;
import java.util.List;

/**
 * The buffers of one forward pass on one backend, made when they are first asked for and used again by every later pass.
 * Confined to one thread at a time.
 */
final class Workspace implements AutoCloseable {
    private record Named(Buffer name, int columns, Activations rows, List<Part> parts) {}

    private record Part(int from, int count, Activations view) {}

    private final Backend backend;
    private final List<Named> buffers = new ArrayList<>();
    private final Activations[][] tuples = {{}, new Activations[1], new Activations[2], new Activations[3]};
    private int capacity;

    Workspace(Backend backend) {
        this.backend = backend;
    }

    Backend backend() {
        return backend;
    }

    /** Makes sure that buffers have room for {@code rows} rows. */
    void reserve(int rows) {
        if (rows > capacity) {
            close();
            capacity = Math.max(8, Integer.highestOneBit(2 * rows - 1));
        }
    }

    Activations get(Buffer name, int columns) {
        return named(name, columns, capacity).rows();
    }

    /** A buffer that needs room for {@code rows} rows at most, whatever the pass has. */
    Activations get(Buffer name, int columns, int rows) {
        return named(name, columns, Math.min(rows, capacity)).rows();
    }

    /** A view of some columns of a buffer. */
    Activations part(Buffer name, int columns, int from, int count) {
        Named named = named(name, columns, capacity);
        for (int i = 0; i < named.parts().size(); i++) {
            Part part = named.parts().get(i);
            if (part.from() == from && part.count() == count) {
                return part.view();
            }
        }
        Activations view = named.rows().columns(from, count);
        named.parts().add(new Part(from, count, view));
        return view;
    }

    private Named named(Buffer name, int columns, int rows) {
        for (int i = 0; i < buffers.size(); i++) {
            Named buffer = buffers.get(i);
            if (buffer.name() == name && buffer.columns() == columns) {
                return buffer;
            }
        }
        Named made = new Named(name, columns, backend.activations(rows, columns), new ArrayList<>());
        buffers.add(made);
        return made;
    }

    /** An array for the outputs of one product, valid until the next call. */
    Activations[] outputs(Activations a) {
        tuples[1][0] = a;
        return tuples[1];
    }

    Activations[] outputs(Activations a, Activations b) {
        tuples[2][0] = a;
        tuples[2][1] = b;
        return tuples[2];
    }

    Activations[] outputs(Activations a, Activations b, Activations c) {
        tuples[3][0] = a;
        tuples[3][1] = b;
        tuples[3][2] = c;
        return tuples[3];
    }

    @Override
    public void close() {
        buffers.forEach(buffer -> buffer.rows().close());
        buffers.clear();
        capacity = 0;
    }
}
