import org.jspecify.annotations.NullMarked;

/** The SDK: language and embedding models for applications. */
@NullMarked
module dev.cortado.sdk {
    requires static transitive org.jspecify;
    requires transitive dev.cortado.engine;
    requires com.fasterxml.jackson.databind;
    requires org.slf4j;

    exports dev.cortado.sdk;

    uses dev.cortado.engine.backend.BackendProvider;
    uses org.slf4j.spi.SLF4JServiceProvider;
}
