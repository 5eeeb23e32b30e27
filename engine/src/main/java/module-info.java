import org.jspecify.annotations.NullMarked;

/** What a model computes: architectures, tokenizers, sampling, templates, and the backend interface with its reference. */
@NullMarked
module dev.cortado.engine {
    requires static transitive org.jspecify;
    requires transitive dev.cortado.gguf;
    requires org.slf4j;

    exports dev.cortado.engine.backend;
    exports dev.cortado.engine.grammar;
    exports dev.cortado.engine.model;
    exports dev.cortado.engine.reference;
    exports dev.cortado.engine.sampler;
    exports dev.cortado.engine.template;
    exports dev.cortado.engine.tokenizer;

    uses dev.cortado.engine.backend.BackendProvider;

    provides dev.cortado.engine.backend.BackendProvider with
            dev.cortado.engine.reference.ReferenceProvider;
}
