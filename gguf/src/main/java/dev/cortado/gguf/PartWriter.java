package dev.cortado.gguf;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;

/** Lays one file out: header, key/value pairs, tensor directory, tensor data at aligned offsets. */
record PartWriter(ByteOrder order, int alignment) {
    private static final int VERSION = 3;

    /** A tensor to be written. */
    record Entry(String name, TensorType type, long[] shape, long bytes, TensorSource source) {}

    void write(FileChannel channel, Map<String, MetadataValue> metadata, List<Entry> tensors) throws IOException {
        Encoder out = new Encoder(channel, order);
        magic(out);
        out.int32(VERSION);
        out.int64(tensors.size());
        out.int64(metadata.size());
        for (Map.Entry<String, MetadataValue> pair : metadata.entrySet()) {
            out.text(pair.getKey());
            ValueWriter.write(out, pair.getValue());
        }
        directory(out, tensors);
        for (Entry tensor : tensors) {
            out.align(alignment);
            TensorSink sink = new TensorSink(tensor.name(), tensor.type(), tensor.bytes(), out);
            tensor.source().writeTo(sink);
            sink.finish();
        }
        out.align(alignment);
        out.flush();
    }

    private void magic(Encoder out) throws IOException {
        out.int32(order == ByteOrder.LITTLE_ENDIAN ? GgufPart.MAGIC : Integer.reverseBytes(GgufPart.MAGIC));
    }

    private void directory(Encoder out, List<Entry> tensors) throws IOException {
        long offset = 0;
        for (Entry tensor : tensors) {
            out.text(tensor.name());
            out.int32(tensor.shape().length);
            for (long size : tensor.shape()) {
                out.int64(size);
            }
            out.int32(tensor.type().id());
            out.int64(offset);
            offset = Math.addExact(offset, Math.ceilDiv(tensor.bytes(), (long) alignment) * alignment);
        }
    }
}
