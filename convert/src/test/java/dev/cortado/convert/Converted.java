package dev.cortado.convert;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Metadata;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/** A conversion's result, open for looking at. */
record Converted(GgufFile file) implements AutoCloseable {
    static Converted of(Path folder, Path output, ConvertOptions options) throws IOException {
        Converter.convert(folder, output, options);
        return new Converted(GgufFile.open(output));
    }

    Metadata metadata() {
        return file.metadata();
    }

    List<String> names() {
        return file.tensors().stream().map(Tensor::name).toList();
    }

    TensorType type(String name) {
        return file.tensor(name).orElseThrow().type();
    }

    long[] shape(String name) {
        return file.tensor(name).orElseThrow().shape();
    }

    float[] values(String name) {
        Tensor tensor = file.tensor(name).orElseThrow();
        float[] values = new float[Math.toIntExact(tensor.count())];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (tensor.type()) {
                case F32 ->
                    tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), i * 4L);
                case F16 -> Float.float16ToFloat(half(tensor, i));
                default -> Float.intBitsToFloat(half(tensor, i) << 16);
            };
        }
        return values;
    }

    private static short half(Tensor tensor, int i) {
        return tensor.data().get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), i * 2L);
    }

    @Override
    public void close() {
        file.close();
    }
}
