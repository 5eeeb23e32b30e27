import org.jspecify.annotations.NullMarked;

/** Turns Hugging Face checkpoint folders into GGUF files. */
@NullMarked
module dev.cortado.convert {
    requires static transitive org.jspecify;
    requires dev.cortado.gguf;
    requires com.fasterxml.jackson.databind;

    exports dev.cortado.convert;
}
