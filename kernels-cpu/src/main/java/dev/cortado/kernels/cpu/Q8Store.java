package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Keys or values as Q8_0: 32 neighbouring columns of a slot share a float16 scale, largest magnitude / 127; the last
 * group may be shorter.
 */
final class Q8Store implements KvStore {
    private static final int GROUP = 32;

    private record Page(byte[] weights, short[] scales) {}

    private static final Page EMPTY = new Page(new byte[0], new short[0]);
    private final Order order;
    private final int columns;
    private final int groups;
    private final Page[] pages;

    Q8Store(Order order, int columns, int capacity) {
        this.order = order;
        this.columns = columns;
        groups = (columns + GROUP - 1) / GROUP;
        pages = new Page[(capacity + PAGE - 1) / PAGE];
        Arrays.fill(pages, EMPTY);
    }

    private Page page(int slot) {
        return pages[slot / PAGE];
    }

    @Override
    public void reserve(int first, int last) {
        for (int page = first / PAGE; page <= last / PAGE; page++) {
            if (pages[page] == EMPTY) {
                pages[page] = new Page(new byte[order.pageLength(columns)], new short[groups * PAGE]);
            }
        }
    }

    @Override
    public void put(int slot, float[] x, int at) {
        Page page = page(slot);
        int local = slot % PAGE;
        for (int group = 0; group < groups; group++) {
            int end = Math.min(columns, (group + 1) * GROUP);
            float largest = 0;
            for (int c = group * GROUP; c < end; c++) {
                largest = Math.max(largest, Math.abs(x[at + c]));
            }
            float scale = largest / 127;
            float inverse = scale == 0 ? 0 : 1 / scale;
            page.scales[group * PAGE + local] = Float.floatToFloat16(scale);
            for (int c = group * GROUP; c < end; c++) {
                page.weights[order.index(local, c, columns)] = (byte) roundHalfAway(x[at + c] * inverse);
            }
        }
    }

    private static int roundHalfAway(float x) {
        return (int) (x + Math.copySign(0.5f, x));
    }

    @Override
    public void get(int slot, float[] x, int at) {
        Page page = page(slot);
        int local = slot % PAGE;
        for (int c = 0; c < columns; c++) {
            float scale = Float.float16ToFloat(page.scales[c / GROUP * PAGE + local]);
            x[at + c] = scale * page.weights[order.index(local, c, columns)];
        }
    }

    @Override
    public void load(int page, int strip, int firstLine, int lines, float[] out, int at, Halves halves) {
        int first = order.line(strip, firstLine, columns);
        int count = lines * Tile.STRIP;
        byte[] weights = pages[page].weights;
        short[] scales = pages[page].scales;
        for (int i = 0; i < count; i += Tile.STRIP) {
            int line = (first + i) / Tile.STRIP;
            if (order == Order.KEYS) {
                int scale = line % columns / GROUP * PAGE + line / columns * Tile.STRIP;
                for (int lane = 0; lane < Tile.STRIP; lane++) {
                    out[at + i + lane] = Float.float16ToFloat(scales[scale + lane]) * weights[first + i + lane];
                }
            } else {
                int column = line / PAGE * Tile.STRIP;
                float scale = Float.float16ToFloat(scales[column / GROUP * PAGE + line % PAGE]);
                for (int lane = 0; lane < Tile.STRIP; lane++) {
                    out[at + i + lane] = scale * weights[first + i + lane];
                }
            }
        }
    }

    @Override
    public void save(int slot, MemorySegment target, long at) {
        Page page = page(slot);
        for (int c = 0; c < columns; c++) {
            long block = at + c / GROUP * (2L + GROUP);
            target.set(AllMemory.SHORT, block, page.scales[c / GROUP * PAGE + slot % PAGE]);
            target.set(
                    ValueLayout.JAVA_BYTE,
                    block + 2 + c % GROUP,
                    page.weights[order.index(slot % PAGE, c, columns)]);
        }
    }

    @Override
    public void restore(int slot, MemorySegment source, long at) {
        Page page = page(slot);
        for (int c = 0; c < columns; c++) {
            long block = at + c / GROUP * (2L + GROUP);
            page.scales[c / GROUP * PAGE + slot % PAGE] = source.get(AllMemory.SHORT, block);
            page.weights[order.index(slot % PAGE, c, columns)] =
                    source.get(ValueLayout.JAVA_BYTE, block + 2 + c % GROUP);
        }
    }

    @Override
    public void move(int from, int to) {
        Page source = page(from);
        Page target = page(to);
        for (int c = 0; c < columns; c++) {
            target.weights[order.index(to % PAGE, c, columns)] =
                    source.weights[order.index(from % PAGE, c, columns)];
        }
        for (int group = 0; group < groups; group++) {
            target.scales[group * PAGE + to % PAGE] = source.scales[group * PAGE + from % PAGE];
        }
    }
}
