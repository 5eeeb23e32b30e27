package dev.cortado.convert;

import dev.cortado.gguf.TensorSink;
import dev.cortado.gguf.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * Streams a tensor of a checkpoint into the output in another number format.
 *
 * @param rows rows to be written, at most as many as there are
 * @param interleavedHeads heads whose two halves of rows are to be interleaved; 0 leaves the order
 * @param shift is added to each weight
 * @param progress is told the number of weights after each piece
 */
record WeightStream(
        SafeTensor source, WeightType target, long rows, int interleavedHeads, float shift, LongConsumer progress)
        implements TensorSource {
    private static final int PIECE = 1 << 16;

    @Override
    public void writeTo(TensorSink sink) throws IOException {
        Piece piece = new Piece(sink);
        if (interleavedHeads == 0) {
            piece.run(0, rows * columns());
            return;
        }
        for (long row = 0; row < rows; row++) {
            piece.run(sourceRow(row) * columns(), columns());
        }
    }

    /** A vector counts as that many rows of one weight, so that biases are interleaved like the rows they belong to. */
    private long columns() {
        return source.shape().length < 2 ? 1 : source.count() / source.shape()[0];
    }

    /** Row 2i of a head comes from row i of its first half, row 2i + 1 from row i of the second. */
    private long sourceRow(long row) {
        long headRows = rows / interleavedHeads;
        long inHead = row % headRows;
        return row - inHead + inHead / 2 + (inHead % 2) * (headRows / 2);
    }

    /** Buffers of one run of {@link #writeTo}. */
    private final class Piece {
        private final TensorSink sink;
        private final float[] weights = new float[PIECE];
        private final MemorySegment bytes = MemorySegment.ofArray(new byte[PIECE * target.bytes()]);

        Piece(TensorSink sink) {
            this.sink = sink;
        }

        void run(long from, long count) throws IOException {
            for (long at = from; at < from + count; at += PIECE) {
                int length = (int) Math.min(PIECE, from + count - at);
                sink.write(converted(at, length));
                progress.accept(length);
            }
        }

        private MemorySegment converted(long from, int count) {
            if (source.type() == target && shift == 0) {
                return source.data().asSlice(from * target.bytes(), (long) count * target.bytes());
            }
            source.type().read(source.data(), from, weights, count);
            for (int i = 0; i < count; i++) {
                weights[i] += shift;
                if (target == WeightType.F16
                        && Float.isInfinite(Float.float16ToFloat(Float.floatToFloat16(weights[i])))
                        && Float.isFinite(weights[i])) {
                    throw source.fault("weight %s is too big for F16, choose BF16 or F32".formatted(weights[i]));
                }
            }
            target.write(weights, bytes, count);
            return bytes.asSlice(0, (long) count * target.bytes());
        }
    }
}
