package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Keys or values as float32. */
final class FloatStore implements KvStore {
    private static final float[] EMPTY = {};
    private final Order order;
    private final int columns;
    private final float[][] pages;

    FloatStore(Order order, int columns, int capacity) {
        this.order = order;
        this.columns = columns;
        pages = new float[(capacity + PAGE - 1) / PAGE][];
        Arrays.fill(pages, EMPTY);
    }

    private float[] page(int slot) {
        return pages[slot / PAGE];
    }

    @Override
    public void reserve(int first, int last) {
        for (int page = first / PAGE; page <= last / PAGE; page++) {
            if (pages[page].length == 0) {
                pages[page] = new float[order.pageLength(columns)];
            }
        }
    }

    @Override
    public void put(int slot, float[] x, int at) {
        float[] page = page(slot);
        if (order == Order.VALUES) {
            for (int c = 0; c < columns; c += Tile.STRIP) {
                int to = order.index(slot % PAGE, c, columns);
                System.arraycopy(x, at + c, page, to, Math.min(Tile.STRIP, columns - c));
            }
            return;
        }
        int to = order.index(slot % PAGE, 0, columns);
        for (int c = 0; c < columns; c++) {
            page[to + c * Tile.STRIP] = x[at + c];
        }
    }

    @Override
    public void get(int slot, float[] x, int at) {
        float[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            x[at + c] = page[order.index(slot % PAGE, c, columns)];
        }
    }

    @Override
    public void load(int page, int strip, int first, int lines, float[] out, int at, Halves halves) {
        System.arraycopy(pages[page], order.line(strip, first, columns), out, at, lines * Tile.STRIP);
    }

    @Override
    public float[] floats(int page) {
        return pages[page];
    }

    @Override
    public void save(int slot, MemorySegment target, long at) {
        float[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            target.set(AllMemory.FLOAT, at + 4L * c, page[order.index(slot % PAGE, c, columns)]);
        }
    }

    @Override
    public void restore(int slot, MemorySegment source, long at) {
        float[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            page[order.index(slot % PAGE, c, columns)] = source.get(AllMemory.FLOAT, at + 4L * c);
        }
    }

    @Override
    public void move(int from, int to) {
        float[] source = page(from);
        float[] target = page(to);
        for (int c = 0; c < columns; c++) {
            target[order.index(to % PAGE, c, columns)] = source[order.index(from % PAGE, c, columns)];
        }
    }
}
