import org.jspecify.annotations.NullMarked;

/** The GGUF file format: reader, writer, tensor types and their exact dequantisation. */
@NullMarked
module dev.cortado.gguf {
    requires static transitive org.jspecify;

    exports dev.cortado.gguf;
    exports dev.cortado.gguf.mixture;
    exports dev.cortado.gguf.quantization;
}
