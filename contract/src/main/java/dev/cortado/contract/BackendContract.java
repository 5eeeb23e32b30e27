package dev.cortado.contract;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.TensorType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * The tests that every backend passes: each operation against the {@link ReferenceBackend} on seeded random and on
 * hostile operands, in plain rows and in strided views. A provider's test class extends this one, opens its backend and
 * declares what its arithmetic loses.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContract
        implements MatmulContract,
                EmbeddingContract,
                NormContract,
                RopeContract,
                AttentionContract,
                CacheContract,
                ElementwiseContract,
                ExpertsContract,
                RecurrenceContract,
                RefusalContract,
                ConcurrencyContract,
                AllocationContract {
    private final Backend backend;
    private final Backend reference = new ReferenceBackend();

    /** @param backend the one under test; closed at the end */
    protected BackendContract(Backend backend) {
        this.backend = backend;
    }

    /** Before anything else, so that a failure to prepare is not taken for an operation's. */
    @BeforeAll
    void prepare() {
        backend.prepared();
    }

    @AfterAll
    void closeBackends() {
        backend.close();
        reference.close();
    }

    @Override
    public final Backend backend() {
        return backend;
    }

    @Override
    public final Backend reference() {
        return reference;
    }

    @Override
    public int activationBlock(TensorType type) {
        return backend.activationBlock(type);
    }

    @Override
    public double precision() {
        return 1e-5;
    }

    @Override
    public double attentionPrecision(KvShape.Type type) {
        return type == KvShape.Type.Q8_0 ? 2e-2 : 1e-4;
    }

    @Override
    public boolean allocatesNothing() {
        return false;
    }
}
