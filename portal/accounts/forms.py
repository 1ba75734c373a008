"""The forms of an account."""

from wtforms import BooleanField, EmailField, IntegerField, PasswordField, RadioField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from portal.accounts.emails import EmailUnfit, read_email
from portal.accounts.passwords import LONGEST, SHORTEST
from portal.forms import AtMost, BaseForm, KeyedForm, Required, TickBoxes, TrapMixin, options
from portal.i18n.locale import LANGUAGES, _, _l

LARGEST_ID = 2**31 - 1
LANGUAGE_CHOICES = options(LANGUAGES.items())


class NewPasswordMixin:
    """A new password, entered twice."""

    password: PasswordField

    def validate_password(self, field):
        if len(field.data or "") < SHORTEST:
            raise ValidationError(_("Use at least 12 characters. A short sentence is easy to remember."))
        if len(field.data) > LONGEST:
            raise ValidationError(_("Use at most 128 characters."))

    def validate_password_again(self, field):
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords differ. Type the same one twice."))


class CreateForm(NewPasswordMixin, TrapMixin, KeyedForm):
    order = ("email", "no_email", "password", "password_again", "language", "agreed", "leave_empty", "form_key")
    email = EmailField(_l("E-mail address"), validators=[AtMost(254)])
    no_email = BooleanField(_l("I have no e-mail"))
    password = PasswordField(_l("Password"), validators=[Required(_l("Choose a password."))])
    password_again = PasswordField(_l("Password again"), validators=[Required(_l("Type the password a second time."))])
    language = RadioField(
        _l("Preferred language"), choices=LANGUAGE_CHOICES, validators=[Required(_l("Choose a language."))]
    )
    agreed = BooleanField(_l("I have read this and agree"), validators=[Required(_l("Tick the box to go on."))])

    def validate_email(self, field):
        typed = (field.data or "").strip()
        if self.no_email.data and not typed:
            return
        if self.no_email.data:
            raise ValidationError(_("Either type an e-mail address, or tick that you have none."))
        if not typed:
            raise ValidationError(_("Type your e-mail address, or tick that you have none."))
        try:
            self.address = read_email(typed)
        except EmailUnfit as refusal:
            raise ValidationError(str(refusal.message)) from refusal

    address: str | None = None


class LogInForm(BaseForm):
    name = StringField(
        _l("E-mail address or sign-in number"),
        validators=[Required(_l("Type your e-mail address, or the sign-in number you printed.")), AtMost(254)],
    )
    password = PasswordField(_l("Password"), validators=[Required(_l("Type your password."))])
    shared_device = BooleanField(_l("This is a shared device"))


class FactorForm(BaseForm):
    code = StringField(
        _l("Code"),
        validators=[Required(_l("Type the six digits that your app shows, or a recovery code.")), AtMost(40)],
    )


class SetUpForm(BaseForm):
    code = StringField(_l("Code"), validators=[Required(_l("Type the six digits that your app shows.")), AtMost(40)])


class AskedAgainForm(BaseForm):
    """The code, asked for in the middle of another form: its name is unlike that of any other field."""

    FIELD = "factor_code"
    factor_code = StringField(
        _l("Code"),
        validators=[Required(_l("Type the six digits that your app shows, or a recovery code.")), AtMost(40)],
    )


class DevicesForm(BaseForm):
    """Which session to end; none: all others."""

    sign_in = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID)])


class LogOutForm(BaseForm):
    """An empty form: only the button to log out."""


class PasswordForm(NewPasswordMixin, BaseForm):
    current = PasswordField(_l("Present password"), validators=[Required(_l("Type the password you use now."))])
    password = PasswordField(_l("New password"), validators=[Required(_l("Choose a password."))])
    password_again = PasswordField(
        _l("New password again"), validators=[Required(_l("Type the password a second time."))]
    )


class ForgottenForm(KeyedForm):
    name = StringField(_l("E-mail address"), validators=[Required(_l("Type your e-mail address.")), AtMost(254)])


class ResetForm(NewPasswordMixin, BaseForm):
    password = PasswordField(_l("New password"), validators=[Required(_l("Choose a password."))])
    password_again = PasswordField(
        _l("New password again"), validators=[Required(_l("Type the password a second time."))]
    )


class RecoverForm(NewPasswordMixin, BaseForm):
    name = StringField(
        _l("E-mail address or sign-in number"),
        validators=[Required(_l("Type your e-mail address, or the sign-in number you printed.")), AtMost(254)],
    )
    code = StringField(_l("Recovery code"), validators=[Required(_l("Type one of your recovery codes.")), AtMost(40)])
    password = PasswordField(_l("New password"), validators=[Required(_l("Choose a password."))])
    password_again = PasswordField(
        _l("New password again"), validators=[Required(_l("Type the password a second time."))]
    )


class NewCodesForm(BaseForm):
    current = PasswordField(_l("Present password"), validators=[Required(_l("Type the password you use now."))])


class EmailForm(KeyedForm):
    order = ("email", "current", "form_key")
    email = EmailField(_l("New e-mail address"), validators=[Required(_l("Type the new address.")), AtMost(254)])
    current = PasswordField(_l("Present password"), validators=[Required(_l("Type the password you use now."))])
    address: str | None = None

    def validate_email(self, field):
        try:
            self.address = read_email(field.data or "")
        except EmailUnfit as refusal:
            raise ValidationError(str(refusal.message)) from refusal


class MailForm(BaseForm):
    kinds = TickBoxes(
        _l("E-mails to me"),
        choices=options(
            [
                ("booked", _l("When I make an appointment")),
                ("moved", _l("When I move an appointment")),
                ("cancelled", _l("When I cancel an appointment")),
                ("reminder_7", _l("A reminder seven days before the appointment")),
                ("reminder_1", _l("A reminder one day before the appointment")),
                ("last_day", _l("Reminders before the last day to bring the documents")),
                ("package_registered", _l("When I register a package")),
                ("news", _l("When something changed in my case, or the Embassy answered")),
                ("inquiry_open", _l("A reminder of the day on which I can ask, where I wanted one")),
            ]
        ),
    )


class PlainForm(KeyedForm):
    """An empty form: only a button."""


class LanguageForm(BaseForm):
    language = RadioField(
        _l("Preferred language"), choices=LANGUAGE_CHOICES, validators=[Required(_l("Choose a language."))]
    )
