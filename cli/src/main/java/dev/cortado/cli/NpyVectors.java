package dev.cortado.cli;

import dev.cortado.gguf.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes vectors as NumPy's .npy, format 1.0: magic, version, a header that tells type and shape, then the floats. The header
 * is written last, when the number of vectors is known; the file gets its name when it is complete.
 */
final class NpyVectors implements EmbedCommand.Vectors {
    private static final int HEADER = 128;

    private final AtomicFile file;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long rows = 0;
    private int columns = 0;

    NpyVectors(Path target) throws IOException {
        this.file = new AtomicFile(target);
        file.channel().position(HEADER);
    }

    @Override
    public void write(float[] vector) {
        if (buffer.capacity() == 0) {
            columns = vector.length;
            buffer = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        buffer.clear();
        buffer.asFloatBuffer().put(vector);
        try {
            write(buffer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rows++;
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.channel().write(bytes);
        }
    }

    @Override
    public void finish() throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, columns);
        byte[] text = (header + " ".repeat(HEADER - 11 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        bytes.putShort((short) text.length).put(text).flip();
        file.channel().position(0);
        write(bytes);
        file.publish();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
