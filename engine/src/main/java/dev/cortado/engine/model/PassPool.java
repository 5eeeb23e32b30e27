package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Passes that wait for their next use, with their buffers: as many as ever ran at the same time. Thread-safe. */
final class PassPool implements AutoCloseable {
    private final List<Backend> devices;
    private final Deque<Pass> idle = new ArrayDeque<>();

    PassPool(List<Backend> devices) {
        this.devices = devices;
    }

    Pass take() {
        synchronized (idle) {
            if (!idle.isEmpty()) {
                return idle.pop();
            }
        }
        return new Pass(devices);
    }

    /** Rows that the pass which is taken next has buffers for. */
    int room() {
        synchronized (idle) {
            return idle.isEmpty() ? 0 : idle.peek().room();
        }
    }

    /** @param whole false after a failure, when buffers may be half written: they are not used again */
    void giveBack(Pass pass, boolean whole) {
        if (!whole) {
            pass.close();
            return;
        }
        pass.clear();
        synchronized (idle) {
            idle.push(pass);
        }
    }

    /** Gives the memory of all idle passes back. */
    @Override
    public void close() {
        synchronized (idle) {
            idle.forEach(Pass::close);
            idle.clear();
        }
    }
}
