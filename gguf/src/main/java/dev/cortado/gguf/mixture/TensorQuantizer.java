package dev.cortado.gguf.mixture;

import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorSink;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import dev.cortado.gguf.quantization.Quantizer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Quantises one tensor in chunks of rows. Workers are a bounded number of chunks ahead of the writer, so that memory
 * does not grow with the tensor.
 *
 * @param source what is quantised
 * @param type what to
 * @param importance per column, one expert after the other, or null
 * @param workers who does it
 * @param ahead chunks in work or waiting at most
 */
record TensorQuantizer(
        Tensor source, TensorType type, float @Nullable [] importance, ExecutorService workers, int ahead) {
    /** About a MiB of floats: large enough to make handing over cheap. */
    private static final int CHUNK_WEIGHTS = 1 << 18;

    void write(TensorSink sink, Progress progress) throws IOException {
        int rows = (int) Math.clamp(CHUNK_WEIGHTS / source.columns(), 1L, source.rows());
        Queue<Future<byte[]>> chunks = new ArrayDeque<>();
        try {
            for (long row = 0; row < source.rows(); row += rows) {
                if (chunks.size() == ahead) {
                    writeNext(chunks, sink, progress);
                }
                long first = row;
                int count = (int) Math.min(rows, source.rows() - row);
                chunks.add(workers.submit(() -> quantize(first, count)));
            }
            while (!chunks.isEmpty()) {
                writeNext(chunks, sink, progress);
            }
        } finally {
            chunks.forEach(chunk -> chunk.cancel(true));
        }
    }

    private void writeNext(Queue<Future<byte[]>> chunks, TensorSink sink, Progress progress) throws IOException {
        byte[] blocks = next(chunks);
        sink.write(MemorySegment.ofArray(blocks));
        progress.add((long) blocks.length / type.blockBytes() * type.blockSize());
    }

    private static byte[] next(Queue<Future<byte[]>> chunks) throws IOException {
        try {
            return chunks.remove().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while quantising");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                case null, default -> throw new IOException(e.getCause());
            }
        }
    }

    private byte[] quantize(long first, int rows) {
        int columns = source.columns();
        long rowBytes = type.bytes(columns);
        Quantizer quantizer = Quantizer.of(type);
        float[] row = new float[columns];
        byte[] blocks = new byte[Math.toIntExact(rows * rowBytes)];
        MemorySegment out = MemorySegment.ofArray(blocks);
        for (int i = 0; i < rows; i++) {
            Dequantizer.row(source, first + i, row, 0);
            try {
                quantizer.quantize(row, 0, columns, importanceOf(first + i), out, i * rowBytes);
            } catch (IllegalArgumentException e) {
                throw new GgufFormatException(
                        "tensor %s, row %d: %s".formatted(source.name(), first + i, e.getMessage()), e);
            }
        }
        return blocks;
    }

    /** Of the expert that the row belongs to. */
    private float @Nullable [] importanceOf(long row) {
        if (importance == null) {
            return null;
        }
        int columns = source.columns();
        if (importance.length == columns) {
            return importance;
        }
        int from = (int) (row / source.shape()[1]) * columns;
        return Arrays.copyOfRange(importance, from, from + columns);
    }
}
