package dev.cortado.engine.model;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.StampedLock;

/**
 * Keeps a model's memory alive while it is used: any number of users at a time, and a close that refuses new ones and
 * waits for those under way.
 */
final class Lease {
    private final StampedLock lock = new StampedLock();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final String what;

    /** @param what what is leased, for the message */
    Lease(String what) {
        this.what = what;
    }

    /**
     * Begins a use.
     *
     * @return what {@link #end} takes
     * @throws IllegalStateException after {@link #close}
     */
    long begin() {
        long stamp = closed.get() ? 0 : lock.tryReadLock();
        if (stamp == 0) {
            throw new IllegalStateException(what + " is closed");
        }
        return stamp;
    }

    /** @throws IllegalStateException after {@link #close} */
    void requireOpen() {
        end(begin());
    }

    /** Ends a use. */
    void end(long stamp) {
        lock.unlockRead(stamp);
    }

    /** Refuses new uses and waits for those under way; true for the first caller only, who is to release the memory. */
    boolean close() {
        if (!closed.compareAndSet(false, true)) {
            return false;
        }
        lock.writeLock(); // for ever: no use may begin again
        return true;
    }
}
