"""What staff corrected against the case file, and former passports."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('traveller_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=20), nullable=False),
    sa.Column('filed', sa.String(length=64), nullable=False),
    sa.Column('differing', sa.LargeBinary(), nullable=True),
    sa.Column('differing_digest', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['traveller_id'], ['traveller.id'], name=op.f('fk_correction_traveller_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction')),
    sa.UniqueConstraint('traveller_id', 'field', name=op.f('uq_correction_traveller_id_field'))
    )
    op.create_table('former_passport',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('traveller_id', sa.Integer(), nullable=False),
    sa.Column('passport_digest', sa.String(length=64), nullable=False),
    sa.Column('matches_until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['traveller_id'], ['traveller.id'], name=op.f('fk_former_passport_traveller_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_former_passport'))
    )
    with op.batch_alter_table('former_passport', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_former_passport_passport_digest'), ['passport_digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_former_passport_traveller_id'), ['traveller_id'], unique=False)



def downgrade():
    with op.batch_alter_table('former_passport', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_former_passport_traveller_id'))
        batch_op.drop_index(batch_op.f('ix_former_passport_passport_digest'))

    op.drop_table('former_passport')
    op.drop_table('correction')
